// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ctl/server/query.hpp"
#include "json/value.hpp"

namespace oneshot::ctl {

/// What a follower shows first.
struct Beginning {
  std::string since = {};                ///< as it was typed; empty: the newest events alone
  std::optional<std::size_t> most = {};  ///< of the first page; without it 1000 since then, or the newest 10
  bool goes_on = false;                  ///< with what comes after the first page
};

/// Follows the history page by page, so that each event is seen once. Pages overlap by two seconds, since events that
/// came at one time become visible one after the other.
///
/// Who goes on asks for a whole page at first, and shows the newest of it: else what had no room would be in the next
/// page, and look like events that were late to show.
class Follower {
 public:
  static constexpr std::size_t whole_page = 1000;  ///< the server's limit

  Follower(Query query, Beginning beginning) : query_(std::move(query)), beginning_(std::move(beginning)) {}

  [[nodiscard]] std::string next_page() const;
  /// The events of a page that no page before had, in their order; of the first one the newest. They live as long as
  /// the page.
  std::vector<json::Value> take(const json::Value& page);
  /// The page had no room for all events that came since the one before.
  [[nodiscard]] bool missed_some() const noexcept { return missed_some_; }

 private:
  [[nodiscard]] std::size_t most_at_first() const noexcept;
  void forget_before(std::int64_t unix_ms);

  Query query_;
  Beginning beginning_;
  bool first_ = true;
  bool missed_some_ = false;
  std::int64_t newest_unix_ms_ = 0;           // 0: there was none yet
  std::map<std::string, std::int64_t> seen_;  // id: when it came
};

}  // namespace oneshot::ctl
