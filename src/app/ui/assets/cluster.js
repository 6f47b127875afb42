// The cluster of this server: its replicas, and how this one stands with the engine. A single server has none.
import { ago, byId, fillTable, say } from "./dom.js";

function engine({ connected, node, version }) {
  const what = version ? `${node} (nats-server ${version})` : node;
  if (connected) return `connected to ${what}`;
  return `NO CONNECTION to the engine${node ? `; the last one was to ${what}` : ""}`;
}

function troubles(cluster, reasons) {
  const words = [];
  const { trouble } = cluster.engine;
  if (trouble && !reasons.some((reason) => reason.includes(trouble))) words.push(`The cluster's log: ${trouble}.`);
  if (cluster.settings_differ) words.push("Its settings are not those that the cluster acts by: make them equal.");
  const silent = cluster.replicas.filter((replica) => replica.silent).map((replica) => replica.name);
  if (silent.length > 0) words.push(`Nothing was heard of ${silent.join(", ")} for long: is it down?`);
  return words.join(" ");
}

function standing(cluster) {
  const lag = cluster.lag_seconds;
  const late = lag >= 1 ? `, the oldest of its own records that it has not read back is ${ago(lag)} old` : "";
  return `This is replica ${cluster.replica} of cluster ${cluster.name}: ${engine(cluster.engine)}; ` +
    `it has read up to record ${cluster.applied.toLocaleString()}${late}.`;
}

export function showCluster({ cluster, not_ready: reasons, now_unix_ms: now }) {
  byId("cluster").hidden = !cluster;
  if (!cluster) return;
  say(byId("engine"), standing(cluster));
  byId("engine").classList.toggle("bad", !cluster.engine.connected);
  say(byId("cluster-trouble"), troubles(cluster, reasons));
  const columns = [
    { title: "Replica", of: (r) => r.name + (r.name === cluster.replica ? " (this one)" : "") },
    { title: "Version", of: (r) => r.version },
    { title: "Last record", of: (r) => `${r.silent ? "silent, " : ""}${ago((now - r.heard_unix_ms) / 1000)} ago` },
  ];
  fillTable(byId("replicas"), "Who has joined, and not left.", columns, cluster.replicas,
    "Nobody yet: the log has not been read.");
}
