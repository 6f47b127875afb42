// SPDX-License-Identifier: MIT
#include <exception>

#include "base/log.hpp"
#include "service/exit_status.hpp"
#include "service/open_queue.hpp"
#include "service/run.hpp"

int main(int argc, char** argv) {
  try {
    const oneshot::service::Program program{.name = "oneshot-metrics-server",
                                            .open_queue = oneshot::service::open_embedded};
    return oneshot::service::run(program, argc, argv);
  } catch (const std::exception& fault) {
    oneshot::log::error("the program ends", {{"reason", fault.what()}});
    return oneshot::service::exit_failed;
  }
}
