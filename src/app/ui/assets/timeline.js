// The timeline: a row for each value of a label, a dot for each event. A dot that is hollow still waits for a scraper.
import { clock, count, shortClock, svg } from "./dom.js";

const rowHeight = 38;
const axisHeight = 22;
const margin = 10;
const mostRows = 8; // of which the last one is for all other values

export const value = (event, by) => (by === "metric" ? event.metric : event.labels[by] ?? "");

function rowsOf(events, by) {
  const sizes = new Map();
  for (const event of events) sizes.set(value(event, by), (sizes.get(value(event, by)) ?? 0) + 1);
  const names = [...sizes.keys()].sort((a, b) => sizes.get(b) - sizes.get(a) || (a < b ? -1 : 1));
  return names.length > mostRows ? names.slice(0, mostRows - 1) : names;
}

function ticks(from, to, width) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const step = 1000 * (steps.find((seconds) => ((to - from) / 1000 / seconds) * 75 < width) ?? 86400);
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

export class Timeline {
  // picked(event): somebody points to this one; zoomed(from, to) in Unix milliseconds, zoomed() for all.
  constructor(where, { picked, zoomed }) {
    this.where = where;
    this.picked = picked;
    this.zoomed = zoomed;
    this.focus = null; // the id of the event that the Tab key leads to
    this.dots = [];
    this.root = svg("svg", { role: "group", "aria-label": "Timeline", "aria-describedby": "hint" });
    where.append(this.root);
    this.root.addEventListener("keydown", (key) => this.#pressed(key));
    this.root.addEventListener("pointerdown", (pointer) => this.#drag(pointer));
    new ResizeObserver(() => this.shown && this.show(this.shown)).observe(where);
  }

  show(shown) {
    if (this.held) return; // what is drawn anew would take the brush away
    this.shown = shown;
    const { events, by, from, to } = shown;
    const rows = rowsOf(events, by);
    const others = rows.length < new Set(events.map((event) => value(event, by))).size;
    this.width = Math.max(this.where.clientWidth, 200);
    this.height = Math.max(1, rows.length + others) * rowHeight;
    const parts = this.#axis(ticks(from, to, this.width));
    [...rows, ...(others ? ["(others)"] : [])].forEach((name, i) => parts.push(...this.#row(name || `(no ${by})`, i)));
    this.#makeDots(events, (event) => (rows.includes(value(event, by)) ? rows.indexOf(value(event, by)) : rows.length));
    this.root.setAttribute("height", this.height + axisHeight);
    const howMany = count(events.length, "event");
    this.root.setAttribute("aria-label", `Timeline of ${howMany}, ${clock(from)} to ${clock(to)}`);
    const hadFocus = this.root.contains(document.activeElement);
    this.root.replaceChildren(...parts, ...this.dots.map((dot) => dot.mark));
    if (hadFocus) this.#dotInFocus()?.mark.focus();
  }

  #x(ms) {
    const { from, to } = this.shown;
    return margin + ((ms - from) / (to - from)) * (this.width - 2 * margin);
  }

  #ms(x) {
    const { from, to } = this.shown;
    const part = (x - margin) / (this.width - 2 * margin);
    return from + Math.min(1, Math.max(0, part)) * (to - from);
  }

  #axis(times) {
    const text = this.shown.to - this.shown.from < 600000 ? clock : shortClock;
    return times.flatMap((at) => [
      svg("line", { x1: this.#x(at), x2: this.#x(at), y1: 0, y2: this.height }),
      svg("text", { x: Math.min(Math.max(this.#x(at), 26), this.width - 26), y: this.height + 16,
        "text-anchor": "middle" }, text(at)),
    ]);
  }

  #row(name, i) {
    const y = i * rowHeight;
    const short = name.length > 60 ? `${name.slice(0, 59)}…` : name;
    return [svg("text", { x: margin, y: y + 13, class: "row" }, short),
      svg("line", { x1: 0, x2: this.width, y1: y + 26, y2: y + 26 })];
  }

  #makeDots(events, rowOf) {
    this.dots = events.map((event) => {
      const waits = event.waiting_for.length + event.in_flight_to.length > 0;
      const mark = svg("circle", { cx: this.#x(event.unix_ms), cy: rowOf(event) * rowHeight + 26, r: 5, tabindex: -1,
        class: waits ? "dot waits" : "dot", role: "img", "aria-label": this.shown.describe(event) });
      mark.addEventListener("pointerenter", () => this.picked(event));
      mark.addEventListener("focus", () => this.#choose(event));
      return { event, mark };
    });
    (this.#dotInFocus() ?? this.dots.at(-1))?.mark.setAttribute("tabindex", 0);
  }

  #dotInFocus() {
    return this.dots.find((dot) => dot.event.id === this.focus);
  }

  #choose(event) {
    this.focus = event.id;
    for (const dot of this.dots) dot.mark.setAttribute("tabindex", dot.event.id === event.id ? 0 : -1);
    this.picked(event);
  }

  #pressed(key) {
    const at = this.dots.findIndex((dot) => dot.event.id === this.focus);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: this.dots.length - 1 }[key.key];
    if (to !== undefined) this.dots[Math.min(Math.max(to, 0), this.dots.length - 1)]?.mark.focus();
    else if (key.key === "+") this.#zoomBy(0.5);
    else if (key.key === "-") this.#zoomBy(2);
    else if (key.key === "Escape") this.zoomed();
    else return;
    key.preventDefault();
  }

  #zoomBy(factor) {
    const { from, to } = this.shown;
    const middle = this.#dotInFocus()?.event.unix_ms ?? (from + to) / 2;
    const half = Math.max(((to - from) * factor) / 2, 500);
    this.zoomed(middle - half, middle + half);
  }

  #drag(down) {
    if (down.button !== 0) return;
    const left = this.root.getBoundingClientRect().left;
    const start = down.clientX - left;
    this.held = true;
    const brush = svg("rect", { class: "brush", y: 0, height: this.height, width: 0 });
    const move = (pointer) => {
      const end = pointer.clientX - left;
      brush.setAttribute("x", Math.min(start, end));
      brush.setAttribute("width", Math.abs(end - start));
    };
    const up = (pointer) => {
      const dragged = Math.abs(pointer.clientX - left - start) > 5 && pointer.type === "pointerup";
      this.held = false;
      brush.remove();
      for (const [name, listener] of listeners) removeEventListener(name, listener);
      const ends = [this.#ms(start), this.#ms(pointer.clientX - left)].sort((a, b) => a - b);
      if (dragged && ends[1] > ends[0]) this.zoomed(...ends);
    };
    const listeners = [["pointermove", move], ["pointerup", up], ["pointercancel", up]];
    for (const [name, listener] of listeners) addEventListener(name, listener);
    this.root.append(brush);
  }
}
