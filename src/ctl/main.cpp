// SPDX-License-Identifier: MIT
#include <cstdio>
#include <exception>

#include "ctl/run.hpp"

int main(int argc, char** argv) {
  try {
    return oneshot::ctl::run(argc, argv);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "oneshotctl: %s\n", fault.what());
    return 1;
  }
}
