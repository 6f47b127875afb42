// Labels as people write them into a field, and as other programs want them written.

// `type=deploy message="all good"` as pairs; throws an Error that says what is wrong.
export function parseLabels(text) {
  const pairs = [];
  let rest = text.trim();
  while (rest !== "") {
    const found = /^([A-Za-z_][A-Za-z0-9_]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?:\s+|$)/.exec(rest);
    if (!found) throw new Error(`write name=value or name="some value", not ${rest.slice(0, 40)}`);
    pairs.push([found[1], found[2] === undefined ? found[3] : found[2].replace(/\\(.)/g, "$1")]);
    rest = rest.slice(found[0].length);
  }
  return pairs;
}

const quotedIfNeeded = (value) => (/^[^\s"\\]*$/.test(value) ? value : JSON.stringify(value));

export const written = (labels) =>
  Object.entries(labels).map(([name, value]) => `${name}=${quotedIfNeeded(value)}`).join(" ");

// For a shell of POSIX.
export const shellQuoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

// A string of PromQL, which is one of Go.
const promQuoted = (text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

export const selector = (metric, pairs) =>
  metric + (pairs.length === 0 ? "" : `{${pairs.map(([name, value]) => `${name}=${promQuoted(value)}`).join(",")}}`);
