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
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/scraper/ranges.hpp"

namespace oneshot::queue {

/// A range of the log, or several, which a lease in the table of scrapers guards from being overwritten. An EventRef is
/// the distance of a record from the begin of the first range in units of 8 bytes, of which every offset is a multiple.
/// The end of the last one is not farther than such a number reaches (longest_span).
class EmbeddedBatch final : public Batch {
 public:
  /// From `begin` on, for now up to the same place. For the holder of the ledger's lock.
  EmbeddedBatch(std::shared_ptr<Ledger> ledger, const event_log::Offset& begin);
  /// These events, not none. For the holder of the ledger's lock.
  EmbeddedBatch(std::shared_ptr<Ledger> ledger, Ranges events);
  ~EmbeddedBatch() override;

  /// The batch ends here; before it is read.
  void set_end(const event_log::Offset& end) noexcept { end_ = end; }
  /// Ends it where walk_batch() says. All at once, without the lock.
  void walk_to(std::uint64_t end, const BatchSize& most);

  [[nodiscard]] const event_log::Offset& begin() const noexcept { return begin_; }
  [[nodiscard]] const event_log::Offset& end() const noexcept { return end_; }

  /// Where these events stand, which are sorted, each once, and of this batch; walks from its begin.
  [[nodiscard]] Ranges places_of(std::span<const EventRef> events) const;

  [[nodiscard]] std::uint64_t size() const noexcept override {
    return ranges_.empty() ? end_.events - begin_.events : ranges_.events();
  }
  std::size_t read(EventRef& next, std::span<BatchEvent> events) const noexcept override;
  std::size_t read_samples(EventRef& next, std::span<BatchSample> samples) const noexcept override;
  void samples_at(std::span<const EventRef> events, std::span<BatchSample> samples) const noexcept override;
  [[nodiscard]] Series series_at(EventRef event) const noexcept override;
  [[nodiscard]] std::uint64_t hash_of(const Series& series) const noexcept override;
  [[nodiscard]] std::shared_ptr<delivery::Lease> lease() const override;

 private:
  static constexpr std::uint64_t unit = 8;

  [[nodiscard]] std::int64_t time_in(const event_log::Record& record) const noexcept {
    return ledger_->explicit_timestamps ? record.sample_unix_ms() : record.unix_ms;
  }
  [[nodiscard]] std::int64_t time_of(const event_log::Record& record, EventRef ref) const noexcept {
    return times_.time_of(begin_.bytes + ref * unit, time_in(record));
  }
  /// Reads from `next` on, of each event what `make` makes of its record and its ref.
  template <class Read, class Make>
  std::size_t read_by(EventRef& next, std::span<Read> events, const Make& make) const noexcept;
  /// Reads from `at` on up to `end`, where `at` moves to if there is room.
  template <class Read, class Make>
  std::size_t read_range(std::uint64_t& at, std::uint64_t end, std::span<Read> events, const Make& make) const noexcept;

  std::shared_ptr<Ledger> ledger_;
  event_log::Offset begin_;
  event_log::Offset end_;
  Ranges ranges_;                // none where all from begin to end are meant
  event_log::ClockSteps times_;  // as they were when the lease began
  ScraperTable::Leases::iterator lease_;
};

}  // namespace oneshot::queue
