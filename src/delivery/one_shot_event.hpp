// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

namespace oneshot::delivery {

/// Something that happens once, on any thread, and that one coroutine waits for (Waiting::wait). Notified before the
/// wait begins, the event ends that wait at once.
class OneShotEvent {
 public:
  OneShotEvent();
  OneShotEvent(const OneShotEvent&) = delete;
  OneShotEvent& operator=(const OneShotEvent&) = delete;
  ~OneShotEvent();

  /// What makes the event happen. May be copied, may outlive the event; any thread. Only the first call counts.
  class Notifier {
   public:
    void operator()() const;

   private:
    friend class OneShotEvent;
    struct State;
    explicit Notifier(std::shared_ptr<State> state) noexcept;
    std::shared_ptr<State> state_;
  };
  [[nodiscard]] Notifier notifier() const noexcept { return notifier_; }
  [[nodiscard]] bool notified() const;

  /// For implementations of Waiting: `resume` is called once, by the thread that notifies, or at once if that has been.
  /// It must not block, nor call back.
  void on_notify(std::function<void()> resume);
  /// `resume` is not called any more, nor running, once this returns.
  void forget();

 private:
  Notifier notifier_;
};

}  // namespace oneshot::delivery
