// What the screen shows, as lines that are ready to be pasted elsewhere.
import { element, say } from "./dom.js";
import { base } from "./api.js";
import { selector, shellQuoted } from "./labels.js";

const made = new Map(); // title to its <pre>

async function copy(pre, button) {
  getSelection().selectAllChildren(pre);
  let copied;
  try {
    await navigator.clipboard.writeText(pre.textContent); // only where the page came by TLS, or from this machine
    copied = true;
  } catch {
    copied = document.execCommand("copy");
  }
  say(button, copied ? "Copied" : "Selected: press Ctrl-C");
  setTimeout(() => say(button, "Copy"), 3000);
}

function recipe(where, title, text) {
  if (!made.has(title)) {
    const pre = element("pre", { tabIndex: 0 });
    const button = element("button", { type: "button" }, "Copy");
    button.setAttribute("aria-label", `Copy: ${title}`);
    button.addEventListener("click", () => copy(pre, button));
    where.append(element("h3", {}, title, button), pre);
    made.set(title, pre);
  }
  say(made.get(title), text);
}

function curlLine(pairs, value) {
  const fields = value === "" ? pairs : [...pairs, ["value", value]];
  const option = (text) => (/^[\w.:/-]*$/.test(text) ? "-d" : "--data-urlencode"); // -d sends what it gets as it is
  const options = fields.map(([name, given]) => `${option(given)} ${shellQuoted(`${name}=${given}`)}`);
  return ["curl", shellQuoted(`${base()}/event`), ...options].join(" ");
}

function scrapeConfig(scrapers) {
  const url = new URL(base());
  const name = scrapers.find((one) => one.named)?.name ?? "prom-a";
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const lines = ["scrape_configs:", "  - job_name: events", "    scrape_interval: 15s"];
  if (url.protocol === "https:") lines.push("    scheme: https");
  if (url.pathname !== "/") lines.push(`    metrics_path: ${JSON.stringify(`${url.pathname}/metrics`)}`);
  lines.push("    params:", `      scraper: [${JSON.stringify(name)}]`, "    honor_labels: true", "    static_configs:",
    `      - targets: [${JSON.stringify(`${url.hostname}:${port}`)}]`);
  return lines.join("\n");
}

// The range in words of PromQL, which has no fractions.
function duration(seconds) {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${Math.ceil(seconds)}s`;
}

export function showRecipes(where, { view, metric, labels, value, scrapers }) {
  const shown = selector(metric, view.only);
  const range = duration(view.seconds);
  recipe(where, "Post this event", curlLine(labels, value));
  recipe(where, "Have Prometheus scrape it", scrapeConfig(scrapers));
  recipe(where, "The events on the screen, in PromQL", `${shown}[${range}]`);
  const grouped = view.by === "metric" ? "sum" : `sum by (${view.by}) `;
  recipe(where, "How many per row, in PromQL", `${grouped}(sum_over_time(${shown}[${range}]))`);
}
