// What all parts of the page make elements and words of. Whatever a sender or the server wrote goes in as text, never
// as markup: nothing here takes HTML.

export const byId = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function svg(name, attributes = {}, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== "") made.textContent = text;
  return made;
}

// Only where it changes: a reader of the screen says a live region again whenever somebody writes to it.
export function say(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

// columns: {title, number, text, of: row => string}. The first one names the row.
export function fillTable(table, caption, columns, rows, none) {
  const head = columns.map((column) => element("th", { scope: "col", className: kind(column) }, column.title));
  const cell = (column, row, first) =>
    element(first ? "th" : "td", first ? { scope: "row" } : { className: kind(column) }, String(column.of(row)));
  const body = rows.map((row) => element("tr", {}, ...columns.map((column, i) => cell(column, row, i === 0))));
  if (rows.length === 0)
    body.push(element("tr", {}, element("td", { colSpan: columns.length, className: "none" }, none)));
  table.replaceChildren(element("caption", { className: "hint" }, caption),
    element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
}

const kind = (column) => (column.number ? "number" : column.text ? "text" : "");

const digits = { hour: "2-digit", minute: "2-digit", hour12: false };
// The time of the day here: 09:30:00, or without its seconds.
export const clock = (ms) => new Date(ms).toLocaleTimeString([], { ...digits, second: "2-digit" });
export const shortClock = (ms) => new Date(ms).toLocaleTimeString([], digits);

export function ago(seconds) {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  return count < 1048576 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1048576).toFixed(1)} MiB`;
}

export const count = (number, word) => `${number.toLocaleString()} ${word}${number === 1 ? "" : "s"}`;
