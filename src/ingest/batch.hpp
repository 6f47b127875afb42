// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "event/event.hpp"

namespace oneshot::ingest {

/// Events of one request, kept together until all of them are known to be good. The texts are copied: a builder's event
/// lives only until the next one. One batch serves one thread; it keeps its memory for the next request, and allocates
/// nothing in the steady state.
class Batch {
 public:
  static constexpr std::size_t max_events = 10'000;
  /// What trim() leaves of memory for texts, and about as much for events.
  static constexpr std::size_t kept_bytes = 256 * 1024;

  void clear() noexcept;
  /// `number` is how the client counts it: its line, say.
  void add(const event::Event& event, std::size_t number);
  /// All events so far are of this metric, as in event::Event; the text must live as long.
  void name_metric(std::string_view metric) noexcept {
    for (event::Event& event : events_) event.metric = metric;
  }
  [[nodiscard]] std::span<const event::Event> events() const noexcept { return events_; }
  /// Of the event at this place, from 0.
  [[nodiscard]] std::size_t number_of(std::size_t at) const noexcept { return numbers_[at]; }
  void erase(std::size_t at);
  /// Takes out the events for which `gone(at)` is true: asked once for each place that is there now, in order.
  template <class Gone>
  void erase_if(const Gone& gone) {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < events_.size(); ++at) {
      if (gone(at)) continue;
      events_[kept] = events_[at];
      numbers_[kept++] = numbers_[at];
    }
    events_.resize(kept);
    numbers_.resize(kept);
  }
  /// Empties it, and gives the memory of a large batch back.
  void trim() noexcept;

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  [[nodiscard]] std::string_view keep(std::string_view text);
  [[nodiscard]] char* room_for(std::size_t size);

  std::vector<event::Event> events_;
  std::vector<std::size_t> numbers_;
  std::vector<Block> blocks_;  // texts do not move, so there are several
  std::size_t block_ = 0;      // the one that is filled
  std::size_t used_ = 0;       // of it
};

}  // namespace oneshot::ingest
