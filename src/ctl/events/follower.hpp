// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ctl/server/query.hpp"
#include "json/value.hpp"

namespace oneshot::ctl {

/// Follows the history page by page, so that each event is seen once. Pages overlap by two seconds, since events that
/// came at one time become visible one after the other.
class Follower {
 public:
  /// `since`: where the first page begins, as it was typed; empty: the newest events alone. `limit`: how many the first
  /// page has at most, as it was typed; empty: 1000 since then, or the newest 10.
  Follower(Query query, std::string since, std::string limit = {})
      : query_(std::move(query)), since_(std::move(since)), limit_(std::move(limit)) {}

  [[nodiscard]] std::string next_page() const;
  /// The events of a page that no page before had, in their order. They live as long as the page.
  std::vector<json::Value> take(const json::Value& page);
  /// The page had no room for all events that came since the one before.
  [[nodiscard]] bool missed_some() const noexcept { return missed_some_; }

 private:
  void forget_before(std::int64_t unix_ms);

  Query query_;
  std::string since_;
  std::string limit_;
  bool first_ = true;
  bool missed_some_ = false;
  std::int64_t newest_unix_ms_ = 0;           // 0: there was none yet
  std::map<std::string, std::int64_t> seen_;  // id: when it came
};

}  // namespace oneshot::ctl
