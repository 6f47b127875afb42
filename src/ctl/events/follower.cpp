// SPDX-License-Identifier: MIT
#include "ctl/events/follower.hpp"

#include <algorithm>
#include <cstddef>

#include "ctl/server/fields.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::int64_t overlap_ms = 2000;
constexpr std::size_t first_ones = 10;

}  // namespace

std::size_t Follower::most_at_first() const noexcept {
  return beginning_.most.value_or(beginning_.since.empty() ? first_ones : whole_page);
}

std::string Follower::next_page() const {
  Query query = query_;
  if (newest_unix_ms_ > 0) {
    query.add("since", std::to_string(std::max<std::int64_t>(0, newest_unix_ms_ - overlap_ms)));
  } else if (!beginning_.since.empty()) {
    query.add("since", beginning_.since);
  }
  return query.add("limit", std::to_string(beginning_.goes_on ? whole_page : most_at_first())).text();
}

std::vector<json::Value> Follower::take(const json::Value& page) {
  std::vector<json::Value> fresh;
  bool overlaps = false;
  for (const json::Value& event : list_at(page, "events")) {
    const std::int64_t came = whole_at(event, "unix_ms");
    newest_unix_ms_ = std::max(newest_unix_ms_, came);
    const bool is_new = seen_.emplace(text_at(event, "id"), came).second;
    overlaps = overlaps || !is_new;
    if (is_new) fresh.push_back(event);
  }
  const std::size_t hidden = first_ ? fresh.size() - std::min(fresh.size(), most_at_first()) : 0;
  fresh.erase(fresh.begin(), fresh.begin() + static_cast<std::ptrdiff_t>(hidden));
  missed_some_ = !first_ && flag_at(page, "truncated") && !overlaps;
  first_ = false;
  forget_before(newest_unix_ms_ - overlap_ms);
  return fresh;
}

void Follower::forget_before(std::int64_t unix_ms) {
  std::erase_if(seen_, [&](const auto& one) { return one.second < unix_ms; });
}

}  // namespace oneshot::ctl
