// The events that the page knows. Each poll asks for no more than what may have changed: from the oldest event on that
// a scraper had not got yet.
import * as api from "./api.js";

const mostAtOnce = 1000;

export class Store {
  #byId = new Map();
  #asked = ""; // what the events were asked for with
  truncated = false;

  get events() {
    return [...this.#byId.values()].sort((a, b) => a.unix_ms - b.unix_ms);
  }

  // from and to in Unix milliseconds, to may be missing; only: pairs of a label's name and value.
  async refresh({ key, from, to, only }) {
    const fresh = key !== this.#asked;
    const since = Math.floor(fresh ? from : Math.max(from, this.#firstThatMayChange(from)));
    const query = [["since", since], ["limit", mostAtOnce], ...only.map(([name, value]) => [`label.${name}`, value])];
    if (to !== undefined) query.push(["until", Math.ceil(to)]);
    const answer = await api.events(query);
    if (fresh) {
      this.#byId.clear();
      this.truncated = false;
    }
    this.#asked = key;
    this.truncated ||= answer.truncated;
    for (const event of answer.events) this.#byId.set(event.id, event);
    for (const [id, event] of this.#byId) if (event.unix_ms < from) this.#byId.delete(id);
    this.#forgetOldest();
  }

  #firstThatMayChange(from) {
    const events = this.events;
    const open = events.find((event) => event.waiting_for.length + event.in_flight_to.length > 0);
    return (open ?? events.at(-1))?.unix_ms ?? from;
  }

  #forgetOldest() {
    for (const event of this.events.slice(0, Math.max(0, this.#byId.size - mostAtOnce))) this.#byId.delete(event.id);
  }
}
