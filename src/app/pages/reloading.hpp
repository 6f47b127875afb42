// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/result.hpp"
#include "delivery/one_shot_event.hpp"

namespace oneshot::app {

/// A reload of the settings that a request has asked for.
class Reloading {
 public:
  /// Once, on any thread, when the new settings count for every request, or when there will be none: the error says
  /// why.
  void finish(Result<void> outcome) {
    outcome_ = std::move(outcome);
    done_.notifier()();
  }

  /// Notified by finish().
  [[nodiscard]] delivery::OneShotEvent& done() noexcept { return done_; }
  /// Afterwards.
  [[nodiscard]] const Result<void>& outcome() const noexcept { return outcome_; }

 private:
  delivery::OneShotEvent done_;
  Result<void> outcome_;
};

/// Has the settings read again, soon and elsewhere. Any thread.
using Reload = std::function<void(std::shared_ptr<Reloading>)>;

}  // namespace oneshot::app
