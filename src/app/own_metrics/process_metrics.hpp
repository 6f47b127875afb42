// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "exposition/writer.hpp"

namespace oneshot::app {

/// What /proc/self/stat says (proc(5)), in units that need no knowledge of the machine.
struct ProcessUsage {
  double cpu_seconds = 0;         ///< user and system time
  double started_after_boot = 0;  ///< seconds
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_bytes = 0;
};

/// Nothing if the text is not what proc(5) describes. The program's own name in it may hold any byte.
std::optional<ProcessUsage> parse_process_stat(std::string_view text, double ticks_per_second,
                                               std::uint64_t page_bytes) noexcept;

/// The process_* families that Prometheus' client libraries agree on. What the machine does not tell is left
/// out.
void append_process_metrics(exposition::Writer& writer);

}  // namespace oneshot::app
