// SPDX-License-Identifier: MIT
// Holds Kubernetes manifests to the schemas of the API (Kubernetes 1.27, Prometheus Operator), as compiled in the npm
// packages that package.json names. Usage: node check_manifests.js NODE_MODULES < LIST_OF_MANIFESTS.json
//
// Prints a line for each finding; status 1 if there are any. The schemas let pass fields that they do not name, and so
// would typing errors pass. So each object reports which of its fields the validator has looked at: a field that it has
// not, no schema names.
"use strict";

const fs = require("fs");
const path = require("path");

const SCHEMAS = {
  "apps/v1 StatefulSet": "IoK8sApiAppsV1StatefulSet",
  "apps/v1 Deployment": "IoK8sApiAppsV1Deployment",
  "batch/v1 CronJob": "IoK8sApiBatchV1CronJob",
  "networking.k8s.io/v1 Ingress": "IoK8sApiNetworkingV1Ingress",
  "networking.k8s.io/v1 NetworkPolicy": "IoK8sApiNetworkingV1NetworkPolicy",
  "v1 ConfigMap": "IoK8sApiCoreV1ConfigMap",
  "v1 Namespace": "IoK8sApiCoreV1Namespace",
  "v1 Pod": "IoK8sApiCoreV1Pod",
  "v1 Secret": "IoK8sApiCoreV1Secret",
  "v1 Service": "IoK8sApiCoreV1Service",
  "v1 ServiceAccount": "IoK8sApiCoreV1ServiceAccount",
  "policy/v1 PodDisruptionBudget": "IoK8sApiPolicyV1PodDisruptionBudget",
  "rbac.authorization.k8s.io/v1 Role": "IoK8sApiRbacV1Role",
  "monitoring.coreos.com/v1 PrometheusRule": "MonitoringCoreosComV1PrometheusRule",
  "monitoring.coreos.com/v1 ServiceMonitor": "MonitoringCoreosComV1ServiceMonitor",
};

// Fields that are newer than the schemas: the Prometheus Operator's of version 0.70.
const NEWER = [/^\/spec\/endpoints\/\d+\/trackTimestampsStaleness$/];

// By the file's path: the package's `exports` hide the schemas.
function validator(modules, kind) {
  const name = SCHEMAS[kind];
  if (!name) throw new Error(`no schema for ${kind}: add it to SCHEMAS`);
  const home = name.startsWith("Monitoring") ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
  return require(path.join(modules, home, "_schemas", `${name}.js`)).validate;
}

// A copy of `value` whose objects note in `seen` the path of each field that is read.
function watched(value, where, seen) {
  if (value === null || typeof value !== "object") return value;
  const copy = Array.isArray(value) ? [] : {};
  for (const key of Object.keys(value)) copy[key] = watched(value[key], `${where}/${key}`, seen);
  return new Proxy(copy, {
    get(target, key) {
      if (typeof key === "string") seen.add(`${where}/${key}`);
      return target[key];
    },
  });
}

function* fields(value, where) {
  if (value === null || typeof value !== "object") return;
  for (const key of Object.keys(value)) {
    yield `${where}/${key}`;
    yield* fields(value[key], `${where}/${key}`);
  }
}

function findings(modules, manifest) {
  const validate = validator(modules, `${manifest.apiVersion} ${manifest.kind}`);
  const seen = new Set();
  if (!validate(watched(manifest, "", seen))) {
    return validate.errors.map((e) => `${e.instancePath}: ${e.message || e.keyword} ${JSON.stringify(e.params)}`);
  }
  // Below a field that is unknown everything is; the first says it.
  const unknown = [...fields(manifest, "")].filter((field) => !seen.has(field) && !NEWER.some((n) => n.test(field)));
  return unknown.filter((field) => !unknown.includes(path.posix.dirname(field))).map((f) => `${f}: no such field`);
}

const modules = path.resolve(process.argv[2]);
let found = 0;
for (const manifest of JSON.parse(fs.readFileSync(0, "utf8"))) {
  for (const finding of findings(modules, manifest)) {
    console.log(`${manifest.kind} ${manifest.metadata.name} ${finding}`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
