// SPDX-License-Identifier: MIT
#include "service/cluster/open_cluster.hpp"
#include "service/other_program.hpp"
#include "service/run.hpp"

int main(int argc, char** argv) {
  namespace service = oneshot::service;
  return service::run({.name = service::cluster_program,
                       .open_queue = service::open_cluster,
                       .check_queue = service::check_cluster,
                       .is_for_clusters = true},
                      argc, argv);
}
