// SPDX-License-Identifier: MIT
#include "queue/batch_end.hpp"

namespace oneshot::queue {
namespace {

BatchEnd end_of(delivery::Outcome outcome, const std::optional<delivery::Cause>& cause) noexcept {
  switch (outcome) {
    case delivery::Outcome::delivered:
      return BatchEnd::delivered;
    case delivery::Outcome::truncated:
      return cause && cause->what == delivery::Cause::What::superseded ? BatchEnd::superseded : BatchEnd::truncated;
    case delivery::Outcome::unconfirmed:
      return BatchEnd::unconfirmed;
    case delivery::Outcome::timed_out:
      return BatchEnd::timed_out;
    case delivery::Outcome::refused:
      break;
  }
  return BatchEnd::refused;
}

}  // namespace

LastBatch end_of_batch(delivery::Outcome outcome, const std::optional<delivery::Cause>& cause, std::uint64_t events,
                       std::int64_t now_unix_ms) {
  LastBatch record{.unix_ms = now_unix_ms, .events = events, .end = end_of(outcome, cause)};
  if (record.end == BatchEnd::delivered) return record;
  record.reason = cause                                   ? delivery::in_words(*cause, outcome)
                  : outcome == delivery::Outcome::refused ? "over a limit of the scraper, as its API says"
                                                          : "the scraper's API does not show it";
  return record;
}

LastBatch withdrawn_batch(std::uint64_t events, std::int64_t now_unix_ms) {
  return {.unix_ms = now_unix_ms,
          .events = events,
          .end = BatchEnd::withdrawn,
          .reason = "its request or the server ended before it was sent"};
}

}  // namespace oneshot::queue
