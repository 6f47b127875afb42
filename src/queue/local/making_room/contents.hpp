// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/clock.hpp"
#include "queue/local/ledger/ledger.hpp"

namespace oneshot::queue {

/// Who and what fills the log, for people: the senders by the bytes that Shares has counted, and the types of events by
/// a sample of the records, so that no event costs more for it. A type is the label "type", else the metric's name.
struct Contents {
  std::string senders;      ///< "10.0.0.7 81%, 10.0.0.9 12%": those with the most first
  std::string types;        ///< "deploy 70%, login 20%": likewise
  double sender_share = 0;  ///< the greatest of one sender, 0 to 1
  double type_share = 0;    ///< of one type
};

/// Takes the ledger's lock briefly, several times. Any thread.
[[nodiscard]] Contents look_into(Ledger& ledger);

/// Looks once in a while, and says what was found where the log is nearly full or has lost something: once a minute.
/// One thread.
class ContentsWatch {
 public:
  explicit ContentsWatch(Ledger& ledger) noexcept : ledger_(ledger) {}
  void tick(bool something_was_lost);

 private:
  Ledger& ledger_;
  SteadyTime next_look_{};
  SteadyTime silent_until_{};
};

}  // namespace oneshot::queue
