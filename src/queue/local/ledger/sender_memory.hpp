// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tuple>

#include "queue/event_id.hpp"
#include "queue/history.hpp"

namespace oneshot::queue {

/// Who sent the newest events: 65,536 of them, from at most 1,024 different senders at once; who is one more is not
/// kept. 1.5 MiB at most, and none while it is off. Any thread.
class SenderMemory {
 public:
  /// Off: what was kept is forgotten.
  void turn(bool on);
  [[nodiscard]] bool is_on() const noexcept { return on_.load(std::memory_order_relaxed); }
  void note(std::span<const EventId> events, const Sender& sender);
  [[nodiscard]] std::optional<Sender> of(const EventId& event) const;

 private:
  static constexpr std::size_t most_events = 65'536;
  static constexpr std::size_t most_senders = 1'024;

  struct Less {
    bool operator()(const Sender& a, const Sender& b) const noexcept {
      return std::tie(a.peer, a.client, a.agent) < std::tie(b.peer, b.client, b.agent);
    }
  };
  using Senders = std::map<Sender, std::uint64_t, Less>;  // with the number of events of each
  struct Entry {
    std::uint64_t place;
    Senders::iterator sender;
  };
  void forget_oldest();

  std::atomic<bool> on_{false};
  mutable std::mutex mutex_;
  Senders senders_;
  std::deque<Entry> entries_;  // places ascend
};

}  // namespace oneshot::queue
