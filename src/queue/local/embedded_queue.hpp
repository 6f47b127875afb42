// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "queue/local/appending.hpp"
#include "queue/local/clock_watch.hpp"
#include "queue/local/housekeeping.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/ledger/ledger_statistics.hpp"
#include "queue/local/waiting_scrape.hpp"
#include "queue/queue.hpp"
#include "storage/error.hpp"

namespace oneshot::queue {

/// The queue that keeps everything in this program: in memory, or in a file that the next program goes on with.
/// Batches, deliveries and waiting scrapes may outlive it.
class EmbeddedQueue final : public Queue {
 public:
  /// Errors: the memory or the file for the log is not to be had.
  static Result<std::unique_ptr<EmbeddedQueue>, storage::Error> open(const Options& options, const Clock& clock);
  /// What a file holds is made durable once the last batch, delivery and waiting scrape is gone too.
  ~EmbeddedQueue() override;

  /// Lock-free while there is room, for an event without a key; the cost does not depend on the number of scrapers.
  StoredOne append(Poster poster, const event::Event& event) override { return appending_.append(poster, event); }
  StoredAll append_all(Poster poster, std::span<const event::Event> events) override {
    return appending_.append_all(poster, events);
  }
  void when_durable(unsigned appender, std::function<void(const Durable&)> told) override {
    appending_.when_durable(appender, std::move(told));
  }

  asio::awaitable<TakeResult> take(std::string scraper, Coming coming, delivery::Waiting& waiting,
                                   SteadyTime until) override;
  /// The first step of take(), for a test that makes each step itself.
  Result<std::unique_ptr<WaitingScrape>, NoBatch> enter(std::string_view scraper, Coming coming = 0) {
    return WaitingScrape::enter(ledger_, scraper, coming);
  }
  /// The walk is done at once, under no lock.
  std::unique_ptr<Batch> peek(std::string_view scraper) override;

  std::uint64_t next_number(std::string_view scraper) override;
  std::unique_ptr<Delivery> resume(std::string_view scraper) override;
  [[nodiscard]] bool calibrated(std::string_view scraper) override;
  void set_calibrated(std::string_view scraper, bool calibrated) override;

  [[nodiscard]] std::unique_ptr<HistoryReader> read_history(HistoryQuery query) override;
  [[nodiscard]] std::unique_ptr<LabelCounter> count_by_label(LabelCountQuery query) override;
  [[nodiscard]] std::optional<FoundEvent> find(const EventId& id) override;
  void note_sender(std::span<const EventId> events, const Sender& sender) override;
  [[nodiscard]] bool keeps_senders() const noexcept override;

  asio::awaitable<Changed> replay(std::string scraper, std::int64_t since_unix_ms, delivery::Waiting& waiting) override;
  asio::awaitable<Changed> skip(std::string scraper, delivery::Waiting& waiting) override;
  asio::awaitable<Changed> forget(std::string scraper, delivery::Waiting& waiting) override;

  void tick() override { housekeeping_.tick(); }
  void change(const Options& options) override;
  [[nodiscard]] bool explicit_timestamps() const noexcept override { return ledger_->explicit_timestamps; }
  [[nodiscard]] std::size_t max_unnamed() const override;

  [[nodiscard]] QueueStatistics statistics() const override {
    return statistics_of(*ledger_, ledger_->clock.unix_ms());
  }
  [[nodiscard]] bool above_high_watermark() const noexcept override;
  [[nodiscard]] bool unable_to_store() const noexcept override;

 private:
  EmbeddedQueue(std::shared_ptr<Ledger> ledger, const Options& options);

  const std::shared_ptr<Ledger> ledger_;
  ClockWatch clock_watch_{*ledger_};
  Appending appending_;
  Housekeeping housekeeping_{*ledger_, clock_watch_};
};

}  // namespace oneshot::queue
