// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
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

/// The process_* families that Prometheus' client libraries agree on. What the machine does not tell is left out.
///
/// Taken at most once a second, whoever asks: to count 4,000 open connections takes 4 ms, and a peer that opens them
/// could have everybody's scrapes pay for it. Any thread.
class ProcessMetrics {
 public:
  explicit ProcessMetrics(const Clock& clock) noexcept : clock_(clock) {}

  void append_to(exposition::Writer& writer) const;

 private:
  struct Taken {
    std::optional<ProcessUsage> usage;
    std::optional<double> start_unix_seconds;
    std::optional<std::uint64_t> open_fds;
    std::optional<std::uint64_t> max_fds;
  };

  static Taken take(std::optional<double> known_start);
  [[nodiscard]] Taken latest() const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable Taken last_;
  mutable std::optional<SteadyTime> taken_at_;
};

}  // namespace oneshot::app
