// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "event_log/clock_steps.hpp"
#include "event_log/offset.hpp"
#include "queue/batch.hpp"
#include "queue/local/ledger.hpp"

namespace oneshot::queue {

/// A range of the log, which a lease in the table of scrapers guards from being overwritten. An EventRef is the
/// distance of a record from the begin of the range in units of 8 bytes, of which every offset is a multiple. No range
/// is longer than such a number reaches (longest_batch).
class EmbeddedBatch final : public Batch {
 public:
  /// From `begin` on, for now up to the same place. For the holder of the ledger's lock.
  EmbeddedBatch(std::shared_ptr<Ledger> ledger, const event_log::Offset& begin);
  ~EmbeddedBatch() override;

  /// The batch ends here; before it is read.
  void set_end(const event_log::Offset& end) noexcept { end_ = end; }
  /// Ends it where walk_batch() says. All at once, without the lock.
  void walk_to(std::uint64_t end, std::uint64_t max_events);

  [[nodiscard]] const event_log::Offset& begin() const noexcept { return begin_; }
  [[nodiscard]] const event_log::Offset& end() const noexcept { return end_; }

  [[nodiscard]] std::uint64_t size() const noexcept override { return end_.events - begin_.events; }
  std::size_t read(EventRef& next, std::span<BatchEvent> events) const noexcept override;
  [[nodiscard]] std::string_view labels_at(EventRef event) const noexcept override;

 private:
  static constexpr std::uint64_t unit = 8;

  std::shared_ptr<Ledger> ledger_;
  event_log::Offset begin_;
  event_log::Offset end_;
  event_log::ClockSteps times_;  // as they were when the lease began
  ScraperTable::Leases::iterator lease_;
};

}  // namespace oneshot::queue
