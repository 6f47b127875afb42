// Questions to the server. Every address is relative to the page, so that a proxy may put all of it below a path.

export class Refused extends Error {
  constructor(status, text) {
    super(text || `the server answered ${status}`);
    this.status = status;
  }
}

async function answered(response) {
  if (response.ok) return response;
  const text = (await response.text()).trim();
  let words = text;
  try {
    words = JSON.parse(text).error ?? text;
  } catch {
    // a proxy in front, or an endpoint that speaks plain text
  }
  throw new Refused(response.status, words);
}

async function ask(path, query = {}) {
  const address = `../api/v1/${path}?${new URLSearchParams(query)}`;
  return (await answered(await fetch(address, { headers: { Accept: "application/json" } }))).json();
}

export const status = () => ask("status");
export const events = (query) => ask("events", query);

export async function post(labels, value) {
  const body = new URLSearchParams(labels);
  if (value !== "") body.append("value", value);
  return answered(await fetch("../event", { method: "POST", body }));
}

// Where this server is, as whoever reads this page reaches it, without a slash at the end.
export const base = () => new URL("..", location.href).href.replace(/\/$/, "");
