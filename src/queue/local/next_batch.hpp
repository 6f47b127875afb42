// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "event_log/offset.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/scraper/ranges.hpp"
#include "queue/local/scraper/scraper.hpp"

namespace oneshot::queue {

/// Finds what goes out next to a scraper of which no batch is on its way: what waits below its cursor, else what stands
/// behind the cursor, or another event in the place of a suspect. All engines choose by this. For the holder of the
/// ledger's lock, who may let go of it between two steps.
class NextBatch {
 public:
  struct Choice {
    From from = From::cursor;
    Range behind_cursor;  ///< with From::cursor; no events: nothing waits
    Ranges events;        ///< with any other

    [[nodiscard]] bool empty() const noexcept { return from == From::cursor && behind_cursor.events() == 0; }
  };

  /// Nothing: after so many records there is more to walk. Events that come while it walks are for the next batch.
  [[nodiscard]] std::optional<Choice> find(Ledger& ledger, Scraper& scraper, std::uint64_t steps = walk_step);
  /// The scraper takes what was found just now, under the same lock. Its number is scraper.batch_number(), or, without
  /// events, what this returns.
  static std::uint64_t take(Ledger& ledger, Scraper& scraper, const Choice& choice);

 private:
  bool walk(Ledger& ledger, Scraper& scraper, std::uint64_t steps);

  std::optional<std::uint64_t> goal_;  // the end of the log when the turn came
  event_log::Offset from_;             // the cursor that `walked_` began at
  event_log::Offset walked_;
};

}  // namespace oneshot::queue
