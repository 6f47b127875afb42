// SPDX-License-Identifier: MIT
#include "app/refusals/recent_refusals.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/utf8.hpp"

namespace oneshot::app {

void RecentRefusals::note(RecentRefusal refusal) {
  if (refusal.text.size() > longest_text)
    refusal.text.resize(cut_between_characters(refusal.text, longest_text).size());
  const std::lock_guard lock(mutex_);
  ring_[noted_++ % max] = std::move(refusal);
}

std::vector<RecentRefusal> RecentRefusals::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<RecentRefusal> found;
  for (std::size_t i = noted_ < max ? 0 : noted_ - max; i < noted_; ++i) found.push_back(ring_[i % max]);
  return found;
}

std::vector<RecentRefusal> all_of(const std::vector<RecentRefusals>& workers) {
  std::vector<RecentRefusal> all;
  for (const RecentRefusals& worker : workers) std::ranges::move(worker.all(), std::back_inserter(all));
  std::ranges::stable_sort(all, {}, &RecentRefusal::unix_ms);
  return all;
}

}  // namespace oneshot::app
