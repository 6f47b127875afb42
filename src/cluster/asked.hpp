// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "cluster/machine.hpp"
#include "delivery/one_shot_event.hpp"
#include "queue/delivery.hpp"
#include "queue/queue.hpp"

namespace oneshot::cluster {

/// Between two looks at a batch whose end is not in the log yet.
constexpr std::chrono::milliseconds look_again{20};

/// What a scrape has asked the log for.
struct Asked {
  std::mutex mutex;
  delivery::OneShotEvent known;
  bool given_up = false;  // nobody waits any more
  std::unique_ptr<queue::Delivery> delivery;
  std::optional<HeldBy> held;
  std::optional<queue::NoBatch> none;
  Out taken_over;  // of a replica that does not answer; batch 0: none

  /// Nothing: another batch is out, or nobody knows yet, and from now on nobody waits.
  std::optional<queue::TakeResult> result() {
    const std::lock_guard lock(mutex);
    if (delivery != nullptr) return queue::TakeResult(std::move(delivery));
    if (none) return queue::TakeResult(Unexpected{*none});
    given_up = !held;
    return std::nullopt;
  }
};

/// What another replica says about a batch of its own.
struct Holder {
  enum class Said : std::uint8_t { nothing, busy, ending, settled, left };
  [[nodiscard]] bool is_undecided() const noexcept { return said == Said::busy || said == Said::ending; }

  std::atomic<Said> said{Said::nothing};
  delivery::OneShotEvent replied;
};

}  // namespace oneshot::cluster
