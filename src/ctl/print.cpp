// SPDX-License-Identifier: MIT
#include "ctl/print.hpp"

#include <cstdio>

#include "ctl/exit_status.hpp"

namespace oneshot::ctl {

int print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? exit_ok : exit_failed;
}

void complain(std::string_view why) {
  std::string line = "oneshotctl: ";
  line.append(why).push_back('\n');
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int fail(std::string_view why) {
  complain(why);
  return exit_failed;
}

int refuse(std::string_view why) {
  complain(why);
  return exit_usage;
}

}  // namespace oneshot::ctl
