// SPDX-License-Identifier: MIT
#include <exception>

#include "base/log.hpp"
#include "service/exit_status.hpp"
#include "service/run.hpp"

int main(int argc, char** argv) {
  try {
    return oneshot::service::run(argc, argv);
  } catch (const std::exception& fault) {
    oneshot::log::error("the program ends", {{"reason", fault.what()}});
    return oneshot::service::exit_failed;
  }
}
