// SPDX-License-Identifier: MIT
#include "net/eviction/offers.hpp"

#include <algorithm>

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds hold{100};
// How long those who want places wait for connections that are being answered, before others go: a request takes
// milliseconds, also where the worker has much to do.
constexpr milliseconds patience_of_strangers{100};
constexpr milliseconds patience_of_arriving{250};
constexpr milliseconds patience_of_known{1000};
// At least, where a worker has not said whom it would evict: those who would go first may all be its own.
constexpr milliseconds patience_with_silence{500};

}  // namespace

void Offers::set(const std::vector<Said>& all, std::size_t asked, SteadyTime now) {
  all_.clear();
  silent_ = asked - all.size();
  busy_ = 0;
  busy_crowding_ = 0;
  for (const auto& [worker, answer] : all) {
    for (const EvictionCandidate& one : answer.candidates) all_.push_back({one, worker});
    busy_ += answer.busy;
    busy_crowding_ += answer.busy_crowding;
  }
  std::ranges::sort(all_, [](const Offer& a, const Offer& b) { return b.candidate.evict_before(a.candidate); });
  if (!all_.empty()) first_group_ = all_.back().candidate.group();
  valid_until_ = now + hold;
}

bool Offers::used_up(SteadyTime now) const noexcept {
  return all_.empty() || now >= valid_until_ || all_.back().candidate.group() != first_group_;
}

bool Offers::may_take(EvictionGroup group, milliseconds stuck) const noexcept {
  const auto may = [this, stuck](std::size_t busy, milliseconds patience) {
    if (silent_ > 0) return stuck >= std::max(patience, patience_with_silence);
    return busy == 0 || stuck >= patience;
  };
  switch (group) {
    case EvictionGroup::crowding:
      return true;
    case EvictionGroup::crowding_arriving:
    case EvictionGroup::stranger:
      return may(busy_crowding_, patience_of_strangers);
    case EvictionGroup::arriving:
      return may(busy_, patience_of_arriving);
    case EvictionGroup::known:
      return may(busy_, patience_of_known);
  }
  return false;
}

std::vector<Offer> Offers::take(std::size_t most, milliseconds stuck) {
  std::vector<Offer> taken;
  if (all_.empty()) return taken;
  const EvictionGroup group = all_.back().candidate.group();
  if (!may_take(group, stuck)) return taken;
  while (taken.size() < most && !all_.empty() && all_.back().candidate.group() == group) {
    taken.push_back(all_.back());
    all_.pop_back();
  }
  return taken;
}

}  // namespace oneshot::net
