// SPDX-License-Identifier: MIT
#include <exception>

#include "base/log.hpp"
#include "service/cluster/open_cluster.hpp"
#include "service/exit_status.hpp"
#include "service/other_program.hpp"
#include "service/run.hpp"

int main(int argc, char** argv) {
  try {
    const oneshot::service::Program program{.name = oneshot::service::cluster_program,
                                            .open_queue = oneshot::service::open_cluster,
                                            .is_for_clusters = true};
    return oneshot::service::run(program, argc, argv);
  } catch (const std::exception& fault) {
    oneshot::log::error("the program ends", {{"reason", fault.what()}});
    return oneshot::service::exit_failed;
  }
}
