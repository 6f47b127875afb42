// The tables of scrapers and of refusals, and the fill of the log.
import { ago, byId, bytes, clock, count, fillTable, say } from "./dom.js";

const sum = (numbers) => Object.values(numbers).reduce((all, one) => all + one, 0);

function outcome(scraper) {
  const batch = scraper.last_batch;
  if (!batch) return "none yet";
  const how = batch.outcome.replaceAll("_", " ");
  return `${count(batch.events, "event")} ${how} at ${clock(batch.unix_ms)}${batch.reason ? `: ${batch.reason}` : ""}`;
}

function confirmed(how, now) {
  if (!how) return "–";
  if (how.decides === "api") return "by its API";
  const away = !how.up && how.since_unix_ms > 0;
  const why = away
    ? `its API at ${how.url} has not answered for ${ago((now - how.since_unix_ms) / 1000)}: ${how.reason}`
    : `its API at ${how.url} shows no oneshot_batch${how.decides === "tcp" ? "" : " yet"}`;
  return `${how.decides === "tcp" ? "by TCP" : "EVENTS WAIT"}: ${why}`;
}

const flags = (scraper) => scraper.name + (scraper.shared ? " (shared by two!)" : "");

const onTheirWay = (s) => s.in_flight.toLocaleString() + (s.held_by ? ` from ${s.held_by}` : "");

export function showScrapers({ scrapers, now_unix_ms: now }) {
  const oldest = (s) => (s.oldest_waiting_seconds > 0 ? ago(s.oldest_waiting_seconds) : "–");
  const lastScrape = (s) =>
    s.last_scrape_unix_ms ? `${ago((now - s.last_scrape_unix_ms) / 1000)} ago` : "not since the start";
  const columns = [
    { title: "Name", of: flags },
    { title: "Waiting", number: true, of: (s) => s.waiting.toLocaleString() },
    { title: "On their way", number: true, of: onTheirWay },
    { title: "Oldest", number: true, of: oldest },
    { title: "Last scrape", of: lastScrape },
    { title: "Delivered", number: true, of: (s) => s.delivered.toLocaleString() },
    { title: "Dropped", number: true, of: (s) => sum(s.dropped).toLocaleString() },
    { title: "Last batch", text: true, of: outcome },
  ];
  if (scrapers.some((s) => s.confirmation))
    columns.splice(-1, 0, { title: "Confirmed", text: true, of: (s) => confirmed(s.confirmation, now) });
  fillTable(byId("scrapers"), "Who scrapes, and what waits for whom.", columns, scrapers,
    "Nobody has scraped yet: put the scrape config below into prometheus.yml.");
}

export function showRefused({ refusals, events: { rejected } }) {
  const reasons = Object.entries(rejected).filter(([, events]) => events > 0).sort((a, b) => b[1] - a[1]);
  const words = reasons.map(([reason, events]) => `${events.toLocaleString()} ${reason}`).join(", ");
  say(byId("refused-count"), words ? `Events refused since the start: ${words}.` : "No event was refused so far.");
  const columns = [
    { title: "When", of: (r) => clock(r.unix_ms) },
    { title: "Status", number: true, of: (r) => r.status },
    { title: "Reason", of: (r) => r.reason },
    { title: "From", of: (r) => [r.client, r.forwarded_for ?? r.peer].filter(Boolean).join(" at ") },
    { title: "What the server answered", text: true, of: (r) => r.text },
  ];
  const newestFirst = [...refusals].reverse();
  fillTable(byId("refused"), "The last requests that were refused, newest first.", columns, newestFirst, "None.");
}

export function showLog({ storage, events, history }) {
  const part = storage.capacity_bytes > 0 ? storage.used_bytes / storage.capacity_bytes : 0;
  byId("fill").value = part;
  const place = { file: `in ${storage.path}`, cluster: "on the engine's nodes" }[storage.kind] ?? "in memory";
  const failed = storage.failed ? ", which FAILED: see the server's log" : "";
  say(byId("log"), `${bytes(storage.used_bytes)} of ${bytes(storage.capacity_bytes)} (${(part * 100).toFixed(1)} %) ` +
    `${place}${failed}; ${count(events.kept, "event")} that a scraper has not got, ` +
    `${events.accepted.toLocaleString()} accepted since the start, ${events.duplicates.toLocaleString()} repeated.` +
    (history.from_unix_ms > 0 ? ` Events are readable back to ${clock(history.from_unix_ms)}.` : ""));
}
