// SPDX-License-Identifier: MIT
#include "app/own_metrics/hook_counters.hpp"

namespace oneshot::app {

std::string_view outcome_name(HookOutcome outcome) noexcept {
  // In the order of the enumerators.
  static constexpr std::array<std::string_view, hook_outcome_count> names = {"stored", "duplicate", "ignored",
                                                                             "refused"};
  return names[static_cast<std::size_t>(outcome)];
}

HookCounters::Counts& HookCounters::of(std::string_view hook) {
  const auto found = counts_.find(hook);
  return found != counts_.end() ? found->second : counts_.emplace(hook, Counts{}).first->second;
}

void HookCounters::know(std::string_view hook) {
  const std::lock_guard lock(mutex_);
  of(hook);
}

void HookCounters::count(std::string_view hook, HookOutcome outcome, std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  of(hook)[static_cast<std::size_t>(outcome)] += events;
}

std::map<std::string, HookCounters::Counts, std::less<>> HookCounters::all() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace oneshot::app
