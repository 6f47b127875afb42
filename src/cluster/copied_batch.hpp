// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "queue/batch.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/scraper/ranges.hpp"

namespace oneshot::cluster {

/// The events of a batch, copied out of the log as their records lie there: what is applied next may need their room,
/// and must not wait for a reader, or one replica would differ from the others. An EventRef counts units of 8 bytes
/// from the first record.
class CopiedBatch final : public queue::Batch {
 public:
  /// On the thread that applies, or under the ledger's lock.
  CopiedBatch(const std::shared_ptr<queue::Ledger>& ledger, const queue::Ranges& events);

  [[nodiscard]] std::uint64_t size() const noexcept override { return events_; }
  [[nodiscard]] std::size_t own_memory() const noexcept override { return records_.size() * sizeof records_.front(); }
  std::size_t read(queue::EventRef& next, std::span<queue::BatchEvent> events) const noexcept override;
  std::size_t read_samples(queue::EventRef& next, std::span<queue::BatchSample> samples) const noexcept override;
  void samples_at(std::span<const queue::EventRef> events,
                  std::span<queue::BatchSample> samples) const noexcept override;
  [[nodiscard]] queue::Series series_at(queue::EventRef event) const noexcept override;
  [[nodiscard]] std::uint64_t hash_of(const queue::Series& series) const noexcept override;

 private:
  [[nodiscard]] const event_log::Record& record_at(std::uint64_t unit) const noexcept;
  /// Reads from `next` on, of each event what `make` makes of its record and its ref.
  template <class Read, class Make>
  std::size_t read_by(queue::EventRef& next, std::span<Read> events, const Make& make) const noexcept;

  std::shared_ptr<queue::Ledger> ledger_;
  std::uint64_t events_;
  std::vector<std::uint64_t> records_;  // whole ones, each a multiple of 8 bytes
};

}  // namespace oneshot::cluster
