// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "delivery/one_shot_event.hpp"

namespace oneshot::app {

/// A reload of the settings that a request has asked for.
class Reloading {
 public:
  /// Once, on any thread, when the new settings count for every request: lines that say what has changed and what needs
  /// a restart; or when there will be no new settings: the error says why.
  void finish(Result<std::string> outcome) {
    outcome_ = std::move(outcome);
    done_.notifier()();
  }

  /// Notified by finish().
  [[nodiscard]] delivery::OneShotEvent& done() noexcept { return done_; }
  /// Afterwards.
  [[nodiscard]] const Result<std::string>& outcome() const noexcept { return outcome_; }

 private:
  delivery::OneShotEvent done_;
  Result<std::string> outcome_ = std::string();
};

/// Has the settings read again, soon and elsewhere. Any thread.
using Reload = std::function<void(std::shared_ptr<Reloading>)>;

}  // namespace oneshot::app
