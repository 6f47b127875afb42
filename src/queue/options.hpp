// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/options.hpp"

namespace oneshot::queue {

/// What happens to a new event when scrapers that lag behind fill the log.
enum class WhenFull : std::uint8_t {
  drop_oldest,  ///< the oldest events make room
  reject,       ///< the new event is refused
};

struct Options {
  // Fixed at the start.
  storage::Options storage;
  WhenFull when_full = WhenFull::drop_oldest;
  bool explicit_timestamps = false;  ///< event times are unique and ascending within a series
  unsigned appenders = 1;            ///< how many threads append; each has a number below this, which is at most 64

  // Live: Queue::change() takes them over.
  std::vector<std::string> names;  ///< scrapers known from the start, never forgotten
  std::size_t max_unnamed = 64;
  std::chrono::milliseconds forget_after = std::chrono::seconds(3600);
  std::chrono::milliseconds startup_hold = std::chrono::seconds(600);
  std::chrono::milliseconds idempotency = std::chrono::seconds(86'400);  ///< so long a key is known
  std::uint64_t max_events_per_scrape = 10'000;
  /// Of the records of a batch in the log; at least one event goes out. A line of the exposition without the metric's
  /// name is at most 10 bytes longer than its record, and mostly shorter.
  std::uint64_t max_scrape_bytes = std::uint64_t{12} << 20;
  /// With explicit timestamps: how old the time that a client gives may make a sample, when it is stored.
  std::chrono::milliseconds oldest_sent = std::chrono::seconds(2940);
  /// Scrapers that are asked what became of a batch. A batch that is out to one of them when the program ends is left
  /// to Queue::resume(), whatever the kernel has of it.
  std::vector<std::string> confirmed;
  /// So long events stay readable that all scrapers have; 0: not at all.
  std::chrono::milliseconds history = std::chrono::seconds(3600);
  /// So many bytes of the log at most are kept for nothing else; at most half the capacity counts.
  std::uint64_t history_bytes = std::uint64_t{4} << 20;
  bool keep_senders = false;  ///< of the newest 65,536 events, in memory: see Queue::note_sender()
};

}  // namespace oneshot::queue
