// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "app/scrape/text/batch_text.hpp"
#include "app/scrape/turns.hpp"
#include "exposition/format.hpp"
#include "http/memory_budget.hpp"
#include "http/reply.hpp"
#include "queue/batch.hpp"

namespace oneshot::app {

/// What stands behind the events: the number of this exposition, and the end of the format. `number` is what the
/// scraper's store is asked for (confirm/judge.hpp); 0: none goes out, since nobody is to store what goes out.
///
/// The number is the last sample: a store that keeps the begin of a scrape that was cut (VictoriaMetrics 1.79 with
/// stream_parse) must not have the number without the events. With the number first, 12,576 of 29,931 events got lost.
std::string assemble_tail(const exposition::Format& format, std::string_view scraper, std::uint64_t number);

/// What a body keeps until its last line is written.
struct BodyHolds {
  http::MemoryBudget::Lease memory;
  Turns::Turn turn;  ///< of a peek
};

/// The body of a scrape: a head that was made before, the events piece by piece from the log, a tail made before.
class ScrapeBody final : public http::BodySource {
 public:
  /// `events` has been measured, and reads what the receipt of the same reply keeps.
  ScrapeBody(std::string head, std::unique_ptr<EventText> events, std::string tail, BodyHolds holds = {}) noexcept;
  /// `events` has been measured, and reads `peeked`.
  ScrapeBody(std::string head, std::unique_ptr<queue::Batch> peeked, std::unique_ptr<EventText> events,
             std::string tail, BodyHolds holds = {}) noexcept;

  [[nodiscard]] std::uint64_t size() const noexcept override { return head_.size() + events_->size() + tail_.size(); }
  bool append_next(std::string& out) override;

 private:
  std::string head_;
  std::string tail_;
  bool head_written_ = false;
  BodyHolds holds_;  // ends behind what it is for
  std::unique_ptr<queue::Batch> peeked_;
  std::unique_ptr<EventText> events_;
};

}  // namespace oneshot::app
