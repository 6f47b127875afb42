// SPDX-License-Identifier: MIT
#include "base/crash_point.hpp"

#ifdef ONESHOT_CRASH_POINTS

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace oneshot {
namespace {

struct Wanted {
  std::string name;
  std::uint64_t pass = 0;  // 0: never
};

Wanted read_wanted() {
  const char* const text = std::getenv("ONESHOT_CRASH_AT");
  const std::string_view wanted = text == nullptr ? "" : text;
  const std::size_t colon = wanted.find(':');
  if (colon == std::string_view::npos) return {};
  return {.name = std::string(wanted.substr(0, colon)), .pass = std::strtoull(text + colon + 1, nullptr, 10)};
}

}  // namespace

void crash_point(std::string_view name) noexcept {
  static const Wanted wanted = read_wanted();
  static std::atomic<std::uint64_t> passed{0};
  if (wanted.pass == 0 || wanted.name != name) return;
  if (passed.fetch_add(1, std::memory_order_relaxed) + 1 == wanted.pass) ::kill(::getpid(), SIGKILL);
}

}  // namespace oneshot

#endif
