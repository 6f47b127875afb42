// SPDX-License-Identifier: MIT
// Rewrites a storage file as 0.1.0 would have left it: make_version_1 FILE
#include <cstdio>
#include <exception>

#include "support/version_1_file.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("make_version_1 FILE\n", stderr), 2;
  try {
    oneshot::test::make_version_1(argv[1]);
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s: %s\n", argv[1], error.what()), 1;
  }
  return 0;
}
