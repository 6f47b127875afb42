// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "queue/local/scraper/ranges.hpp"

namespace oneshot::queue {

/// What a scraper has got or lost, and when: the last 64 stretches of the log, for who asks about one event. 4 KiB at
/// most. Has no lock: the owner of its scraper guards it.
class PastBatches {
 public:
  /// What became of these events. `dropped` says why they were; empty: they were delivered. Of static storage.
  void note(const Ranges& events, std::int64_t unix_ms, std::string_view dropped = {});

  struct Past {
    Range events;
    std::int64_t unix_ms = 0;
    std::string_view dropped;
  };
  /// The last that became of the event whose record begins at `bytes`; null: not known.
  [[nodiscard]] const Past* of(std::uint64_t bytes) const noexcept;

 private:
  static constexpr std::size_t most = 64;
  static constexpr std::size_t most_of_one = 8;
  std::deque<Past> past_;
};

}  // namespace oneshot::queue
