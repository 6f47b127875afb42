// The page asks the server every two seconds while somebody can see it, and shows what it says.
import * as api from "./api.js";
import { showCluster } from "./cluster.js";
import { ago, byId, clock, count, element, fillTable, say } from "./dom.js";
import { parseLabels, written } from "./labels.js";
import { showRecipes } from "./recipes.js";
import { Store } from "./store.js";
import { showLog, showRefused, showScrapers } from "./tables.js";
import { Timeline } from "./timeline.js";

const pollMs = 2000;
const store = new Store();
const view = { seconds: 3600, by: "type", only: [], zoom: null };
let server = null; // the last status
let timer = null;
let paused = false;
let asking = false;
let again = false; // somebody asked meanwhile

const pick = (event) => say(byId("picked"), describe(event));
const timeline = new Timeline(byId("timeline"), { picked: pick, zoomed: zoom });

function describe(event) {
  const state = [["waits for ", event.waiting_for], ["on its way to ", event.in_flight_to]]
    .filter(([, names]) => names.length > 0).map(([words, names]) => words + names.join(", "));
  const sender = event.sender ? `, from ${event.sender.client ?? event.sender.peer}` : "";
  return `${clock(event.unix_ms)} ${event.metric} ${written(event.labels)} = ${event.value}${sender}; ` +
    (state.join("; ") || "every scraper has it");
}

function show() {
  const now = server.now_unix_ms;
  const { from, to } = view.zoom ?? { from: now - view.seconds * 1000, to: now };
  const latest = view.zoom ? to : Infinity; // an event may have come since the status
  const events = store.events.filter((event) => event.unix_ms >= from && event.unix_ms <= latest);
  offerRows(events);
  const end = Math.min(latest, Math.max(to, events.at(-1)?.unix_ms ?? 0));
  timeline.show({ events, by: view.by, from, to: end, describe });
  const more = store.truncated ? ", the newest that fit here: zoom in, or name a label, to see others" : "";
  const zoomed = view.zoom ? ` between ${clock(from)} and ${clock(to)}` : "";
  say(byId("count"), count(events.length, "event") + more + zoomed);
  byId("all").disabled = !view.zoom;
  showList(events);
  recipes(events);
}

function showList(events) {
  if (!byId("list").closest("details").open) return;
  const columns = [
    { title: "When", of: (e) => clock(e.unix_ms) },
    { title: "Metric", of: (e) => e.metric },
    { title: "Labels", text: true, of: (e) => written(e.labels) },
    { title: "Value", number: true, of: (e) => e.value },
    { title: "Waits for", of: (e) => [...e.waiting_for, ...e.in_flight_to].join(", ") || "nobody" },
    { title: "Id", of: (e) => e.id },
  ];
  fillTable(byId("list"), "The newest of these events, newest first.", columns, events.slice(-100).reverse(), "None.");
}

// The labels that there are; the one that was chosen stays.
function offerRows(events) {
  const names = [...new Set(["type", "metric", view.by, ...events.flatMap((event) => Object.keys(event.labels))])];
  const select = byId("by");
  if (select.options.length !== names.length || names.some((name, i) => select.options[i].value !== name))
    select.replaceChildren(...names.map((name) => element("option", { value: name }, name)));
  select.value = view.by;
}

function recipes(events) {
  let labels = [["type", "test"]];
  try {
    labels = parseLabels(byId("labels").value);
  } catch {
    // half written: the form says so when it is sent
  }
  const metric = events.at(-1)?.metric ?? "events_to_metrics";
  showRecipes(byId("recipes"), { view, metric, labels, value: byId("value").value.trim(), scrapers: server.scrapers });
}

function stateLine() {
  const words = server.ready ? "ready" : `NOT READY: ${server.not_ready.join(", ")}`;
  const age = ago((server.now_unix_ms - server.started_unix_ms) / 1000);
  return `${words}; version ${server.version}, up for ${age}${paused ? "; paused" : ""}`;
}

async function ask() {
  server = await api.status();
  const { from, to } = view.zoom ?? { from: server.now_unix_ms - view.seconds * 1000 };
  await store.refresh({ key: JSON.stringify([view.seconds, view.only, view.zoom]), from, to, only: view.only });
  say(byId("state"), stateLine());
  byId("state").classList.toggle("bad", !server.ready);
  showScrapers(server);
  showCluster(server);
  showRefused(server);
  showLog(server);
  show();
}

async function poll() {
  clearTimeout(timer);
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    await ask();
  } catch (error) {
    const refused = error instanceof api.Refused;
    say(byId("state"), `the server ${refused ? "refuses" : "does not answer"}: ${error.message}`);
    byId("state").classList.add("bad");
  }
  asking = false;
  if (again) {
    again = false;
    await poll();
  } else if (!paused && document.visibilityState === "visible") {
    timer = setTimeout(poll, pollMs);
  }
}

function zoom(from, to) {
  view.zoom = from === undefined ? null : { from, to };
  poll();
}

async function send(submitted) {
  submitted.preventDefault();
  const posted = byId("posted");
  posted.classList.remove("bad");
  try {
    const reply = await api.post(parseLabels(byId("labels").value), byId("value").value.trim());
    const id = reply.headers.get("Event-Id");
    say(posted, `Stored at ${clock(Date.now())}${id ? `, id ${id}` : ""}.`);
  } catch (error) {
    posted.classList.add("bad");
    say(posted, `Not stored: ${error.message}`);
  }
  poll();
}

function choose() {
  const only = byId("only");
  try {
    view.only = parseLabels(only.value);
    only.setCustomValidity("");
  } catch (error) {
    only.setCustomValidity(error.message);
    only.reportValidity();
    return;
  }
  view.seconds = Number(byId("range").value);
  view.by = byId("by").value || view.by;
  poll();
}

byId("view").addEventListener("change", choose);
byId("view").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  choose();
});
byId("all").addEventListener("click", () => zoom());
byId("post").addEventListener("submit", send);
byId("post").addEventListener("input", () => server && show());
byId("list").closest("details").addEventListener("toggle", () => server && show());
byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").setAttribute("aria-pressed", paused);
  poll();
});
document.addEventListener("visibilitychange", () => !paused && document.visibilityState === "visible" && poll());
byId("by").append(element("option", { value: "type" }, "type"));
poll();
