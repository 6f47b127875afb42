// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "delivery/outcome.hpp"

namespace oneshot::model {

inline constexpr int scraper_count = 2;
inline constexpr int producer_count = 2;
inline constexpr int event_count = 3;

/// The real queue::EmbeddedQueue, with a waiter and a delivery for each connection. It can't be copied, and a search
/// has to go back to where it was: so this stands for what was done to it, one node of a tree that all copies share.
/// What the queue answered is kept there; it is asked once for each way, by doing all of that way to a new one. That
/// is right since it does the same each time: its clock stands still here.
class Backlog {
 public:
  struct Numbers {
    std::uint8_t waiting = 0;
    std::uint8_t in_flight = 0;
    std::uint8_t delivered = 0;
    std::uint8_t dropped = 0;
  };
  enum class Taken : std::uint8_t { must_wait, ask_first, ask_second, nothing, batch };

  Backlog();

  [[nodiscard]] const Numbers& numbers(int scraper) const noexcept;
  [[nodiscard]] std::uint8_t stored() const noexcept;

  void append(int producer);
  void enter_wait_queue(int scraper, int connection);
  /// For `batch` the events in it: a bit for each offset.
  Taken try_take(int scraper, int connection, std::uint8_t& events);
  void leave_wait_queue(int scraper, int connection);
  void handed_over(int scraper, int connection);
  void settle(int scraper, int connection, delivery::Outcome outcome);

  /// How many ways the queue was led, since the program began.
  static std::size_t ways() noexcept;

 private:
  struct Node;
  class Tree;
  static Tree& tree();

  const Node* node_;
};

}  // namespace oneshot::model
