// SPDX-License-Identifier: MIT
#include "queue/local/scraper/startup_hold.hpp"

namespace oneshot::queue {

void StartupHold::restore(const event_log::Offset& begin) {
  begin_ = begin;
  keep();
}

void StartupHold::end_if_due(SteadyTime now, SteadyTime::duration at_least) noexcept {
  if (!begin_ || !somebody_came_ || now - start_ < at_least) return;
  begin_.reset();
  keep();
}

bool StartupHold::yield_to(const event_log::Offset& target) noexcept {
  if (!begin_ || begin_->bytes >= target.bytes) return false;
  begin_ = target;
  keep();
  return true;
}

void StartupHold::keep() noexcept {
  if (slots_ != nullptr) slots_->set_hold(begin_ ? std::optional(begin_->bytes) : std::nullopt);
}

}  // namespace oneshot::queue
