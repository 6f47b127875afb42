// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "cluster/groups.hpp"
#include "cluster/joined_replicas.hpp"
#include "cluster/options.hpp"
#include "cluster/ordered_log.hpp"
#include "cluster/replica.hpp"
#include "cluster/scrapes.hpp"
#include "queue/local/ledger/sender_memory.hpp"
#include "queue/local/making_room/contents.hpp"
#include "queue/queue.hpp"

namespace oneshot::cluster {

/// The queue that all replicas of a cluster keep together, in one ordered log. append() always says `flushing`, or why
/// not: what became of an event is known once its record is read back. Deliveries do not outlive it.
///
/// Not to be had: what the scrapers' own APIs confirm, and explicit timestamps. The settings refuse both by name.
class ClusterQueue final : public queue::Queue {
 public:
  struct Start {
    Options cluster;
    queue::Options queue;
    std::string version;             ///< of this program, for the other replicas
    Publisher publisher = 0;         ///< of this run: random, never 0
    std::uint64_t salt = 0;          ///< for a log that has none yet: random, never 0
    asio::any_io_executor executor;  ///< runs what nobody's connection waits for; goes on while this lives
  };
  /// Begins to read the log; not ready until that is done, see why_not_ready(). The clock outlives this.
  ClusterQueue(std::unique_ptr<OrderedLog> log, const Clock& clock, const Start& start);
  ~ClusterQueue() override;

  queue::StoredOne append(queue::Poster poster, const event::Event& event) override;
  queue::StoredAll append_all(queue::Poster poster, std::span<const event::Event> events) override;
  void when_durable(unsigned appender, std::function<void(const queue::Durable&)> told) override;

  asio::awaitable<queue::TakeResult> take(std::string scraper, queue::Coming coming, delivery::Waiting& waiting,
                                          SteadyTime until) override;
  std::unique_ptr<queue::Batch> peek(std::string_view scraper) override;
  /// Without a record: that of the last exposition.
  std::uint64_t next_number(std::string_view scraper) override;
  std::unique_ptr<queue::Delivery> resume(std::string_view) override { return nullptr; }
  [[nodiscard]] bool calibrated(std::string_view) override { return false; }
  void set_calibrated(std::string_view, bool) override {}

  [[nodiscard]] std::unique_ptr<queue::HistoryReader> read_history(queue::HistoryQuery query) override;
  [[nodiscard]] std::unique_ptr<queue::LabelCounter> count_by_label(queue::LabelCountQuery query) override;
  [[nodiscard]] std::optional<queue::FoundEvent> find(const queue::EventId& id) override;
  /// Only the replica that an event was posted to knows who sent it.
  void note_sender(std::span<const queue::EventId> events, const queue::Sender& sender) override;
  [[nodiscard]] bool keeps_senders() const noexcept override { return keeps_senders_; }

  asio::awaitable<queue::Changed> replay(std::string scraper, std::int64_t since_unix_ms,
                                         delivery::Waiting& waiting) override;
  asio::awaitable<queue::Changed> skip(std::string scraper, delivery::Waiting& waiting) override;
  asio::awaitable<queue::Changed> forget(std::string scraper, delivery::Waiting& waiting) override;

  void tick() override;
  /// What all replicas agree on is what the one says that said so last.
  void change(const queue::Options& options) override;
  [[nodiscard]] bool explicit_timestamps() const noexcept override { return false; }
  [[nodiscard]] std::size_t max_unnamed() const override;

  [[nodiscard]] queue::QueueStatistics statistics() const override;
  [[nodiscard]] bool above_high_watermark() const noexcept override;
  /// The log cannot be followed any more, and an operator must look.
  [[nodiscard]] bool unable_to_store() const noexcept override;
  [[nodiscard]] std::string why_not_ready() const override;
  [[nodiscard]] std::string why_begin_anew() const override;
  /// Waits for what became of all batches to be in the log, and leaves the cluster: two seconds at most.
  asio::awaitable<void> leave() override;

 private:
  [[nodiscard]] std::shared_ptr<queue::Ledger> ledger() const;
  [[nodiscard]] bool is_reachable() const;
  [[nodiscard]] std::optional<Stored> all_known(std::span<const event::Event> events) const;
  [[nodiscard]] bool is_full_for(std::span<const event::Event> events) const;
  [[nodiscard]] bool is_over_share(std::uint64_t sender, std::span<const event::Event> events) const;
  asio::awaitable<queue::Changed> change(Change::What what, std::string scraper, std::int64_t since_unix_ms,
                                         delivery::Waiting& waiting);
  [[nodiscard]] std::string state_not_ready() const;
  void pulse();
  asio::awaitable<void> say_goodbye();
  asio::awaitable<void> wait_for_log(std::chrono::milliseconds patience);

  std::unique_ptr<OrderedLog> log_;
  const Clock& clock_;
  const std::string name_;     // of the cluster
  std::atomic<bool> rejects_;  // by the settings of all replicas
  Replica replica_;
  std::shared_ptr<Scrapes> scrapes_;
  Groups groups_;
  std::shared_ptr<asio::steady_timer> timer_;
  bool has_left_ = false;
  bool has_ticked_ = false;
  JoinedReplicas joined_;                         // of the thread that applies
  std::atomic<std::uint64_t> over_share_{0};      // see Machine::over_share()
  std::optional<queue::ContentsWatch> contents_;  // once there is a ledger; of the thread that ticks
  std::atomic<bool> keeps_senders_;
  std::atomic<SteadyTime::rep> connected_at_;  // when the engine was last known to be there
};

}  // namespace oneshot::cluster
