// SPDX-License-Identifier: MIT
#include "service/open_queue.hpp"
#include "service/run.hpp"

int main(int argc, char** argv) {
  namespace service = oneshot::service;
  return service::run({.name = "oneshot-metrics-server", .open_queue = service::open_embedded}, argc, argv);
}
