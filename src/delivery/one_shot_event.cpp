// SPDX-License-Identifier: MIT
#include "delivery/one_shot_event.hpp"

#include <mutex>
#include <utility>

namespace oneshot::delivery {

struct OneShotEvent::Notifier::State {
  std::mutex mutex;
  bool notified = false;
  std::function<void()> resume;
};

OneShotEvent::Notifier::Notifier(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

void OneShotEvent::Notifier::operator()() const {
  const std::lock_guard lock(state_->mutex);
  if (std::exchange(state_->notified, true)) return;
  if (const auto resume = std::exchange(state_->resume, nullptr)) resume();
}

OneShotEvent::OneShotEvent() : notifier_(std::make_shared<Notifier::State>()) {}
OneShotEvent::~OneShotEvent() { forget(); }

bool OneShotEvent::notified() const {
  const std::lock_guard lock(notifier_.state_->mutex);
  return notifier_.state_->notified;
}

void OneShotEvent::on_notify(std::function<void()> resume) {
  const std::lock_guard lock(notifier_.state_->mutex);
  if (notifier_.state_->notified) return resume();
  notifier_.state_->resume = std::move(resume);
}

void OneShotEvent::forget() {
  const std::lock_guard lock(notifier_.state_->mutex);
  notifier_.state_->resume = nullptr;
}

}  // namespace oneshot::delivery
