// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace oneshot::test {

/// Not assert: what a fuzz target promises must hold in release builds too.
inline void require(bool holds, const char* what = "a promise is broken", std::string_view detail = "") {
  if (holds) return;
  std::fprintf(stderr, "%s: %s\n", what, std::string(detail).c_str());
  std::abort();
}

}  // namespace oneshot::test
