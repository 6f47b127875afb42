// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/backlog.hpp"
#include "queue/local/embedded_queue.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::model {

/// A queue::EmbeddedQueue of two named scrapers, and what their connections hold of it.
class RealQueue {
 public:
  enum class What : std::uint8_t {
    none,
    append,
    stand,
    take,
    leave,
    hand_over,
    delivered,
    truncated,
    timed_out,
    unread
  };
  struct Step {
    What what = What::none;
    int who = 0;  // producer or scraper
    int connection = 0;
    bool operator==(const Step&) const = default;
  };

  RealQueue();

  /// For a take: the events of its batch.
  std::uint8_t apply(const Step& step);
  Backlog::Taken try_take(const Step& step, std::uint8_t& events);
  [[nodiscard]] std::array<Backlog::Numbers, scraper_count> numbers() const;

 private:
  struct Place {
    std::unique_ptr<queue::WaitingScrape> waiter;
    bool is_asleep = false;  // was told to wait until it is woken
    std::unique_ptr<queue::Delivery> delivery;
    std::shared_ptr<delivery::Transfer> transfer;
  };

  Place& place(const Step& step) { return places_[static_cast<std::size_t>(step.who * 2 + step.connection)]; }
  void append(int producer);
  void stand(const Step& step);
  void settle(const Step& step, delivery::Outcome outcome);
  /// A bit for each; they are the right ones, whole and in order.
  std::uint8_t events_of(const queue::Batch& batch) const;

  test::ManualClock clock_;
  std::unique_ptr<queue::EmbeddedQueue> queue_;
  std::vector<std::string> posted_;  // the labels of each event, by offset
  std::array<Place, std::size_t{scraper_count} * 2> places_;
};

}  // namespace oneshot::model
