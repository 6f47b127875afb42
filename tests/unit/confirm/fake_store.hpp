// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "confirm/api.hpp"
#include "delivery/waiting.hpp"
#include "queue/queue.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::confirm::test {

/// A Prometheus on a table: what a test stores in it, it answers with. Time is a manual clock; nothing here waits.
class FakeStore final : public Api {
 public:
  FakeStore(asio::io_context& io, oneshot::test::ManualClock& clock) : io_(io), clock_(clock) {}

  asio::awaitable<Result<std::string, ApiError>> get(std::string path_and_query, std::size_t max_bytes) override;
  asio::awaitable<void> wait_until(delivery::OneShotEvent& woken, SteadyTime time) override;
  /// Resumes the waits whose time has come.
  void tick();

  /// Stores a scrape at the clock's time: its number, and its events by their labels as JSON members: `"type":"x"`.
  /// Returns its time.
  std::int64_t scrape(std::uint64_t number, const std::vector<std::string>& events = {});
  /// Only events, as after the clock was set back.
  std::int64_t events_alone(const std::vector<std::string>& events);
  /// Only `up`.
  void healthy() { up.insert(clock_.unix_ms()); }
  /// As a kill does: what was stored since then is gone.
  void forget_since(std::int64_t unix_ms);

  bool silent = false;
  bool partial = false;
  bool old_prometheus = false;  ///< refuses to look ahead
  bool honor_labels = false;    ///< an event's label stands before one of the target
  std::set<std::int64_t> markers_of_others;
  /// What a question fails with, if it does.
  std::function<std::optional<ApiError>(const std::string&)> fails;
  std::string last_error;  ///< of the target
  double started = 0;      ///< of the process; 0: its metrics are hidden
  std::string metric = "events_to_metrics";
  std::string target = R"("instance":"h:1","job":"events")";
  std::map<std::int64_t, std::uint64_t> markers;
  std::map<std::int64_t, std::vector<std::string>> events;
  std::set<std::int64_t> up;
  std::vector<std::string> asked;  ///< decoded
  int at_once = 0;                 ///< questions under way
  [[nodiscard]] int count(std::string_view what) const;

 private:
  struct Wait {
    SteadyTime time;
    std::shared_ptr<asio::steady_timer> timer;
  };
  [[nodiscard]] Result<std::string, ApiError> answer(const std::string& path) const;
  [[nodiscard]] std::string matrix(const std::map<std::string, std::vector<std::string>>& series) const;
  [[nodiscard]] std::string stored(const std::string& event) const;
  [[nodiscard]] std::string event_samples(const std::string& path, std::int64_t only_at) const;

  asio::io_context& io_;
  oneshot::test::ManualClock& clock_;
  std::vector<Wait> waits_;
};

/// What a queue was told about one batch.
struct BatchLog {
  std::uint64_t number = 0;
  std::vector<std::string> events;  ///< label texts
  std::vector<delivery::Outcome> outcomes;
  bool kept = false;         ///< settled by settle_and_keep()
  bool let_go = false;       ///< and not kept any more
  bool room_needed = false;  ///< the log has needed the room
  int whole_again = 0;       ///< send_again() of all
  std::vector<std::vector<std::string>> parts_again;
};

/// As much of a queue as a confirmer uses.
class FakeQueue final : public queue::Queue {
 public:
  /// A batch that is out; its log lives on.
  std::shared_ptr<queue::Delivery> batch(std::uint64_t number, std::vector<std::string> events = {"type=\"x\""});
  std::unique_ptr<queue::Delivery> unique_batch(std::uint64_t number, std::vector<std::string> events = {"type=\"x\""});
  [[nodiscard]] BatchLog& log(std::uint64_t number) { return *logs.at(number); }

  std::map<std::uint64_t, std::shared_ptr<BatchLog>> logs;
  bool timestamps = false;
  bool is_calibrated = true;
  std::unique_ptr<queue::Delivery> to_resume;

  queue::StoredOne append(queue::Poster, const event::Event&) override { return {queue::Stored::stored}; }
  queue::StoredAll append_all(queue::Poster, std::span<const event::Event>) override { return {}; }
  void when_durable(unsigned, std::function<void(const queue::Durable&)>) override {}
  asio::awaitable<queue::TakeResult> take(std::string, queue::Coming, delivery::Waiting&, SteadyTime) override {
    co_return Unexpected{queue::NoBatch::stopping};
  }
  std::unique_ptr<queue::Batch> peek(std::string_view) override { return nullptr; }
  std::uint64_t next_number(std::string_view) override { return 0; }
  std::unique_ptr<queue::Delivery> resume(std::string_view) override { return std::move(to_resume); }
  bool calibrated(std::string_view) override { return is_calibrated; }
  void set_calibrated(std::string_view, bool calibrated) override { is_calibrated = calibrated; }
  std::unique_ptr<queue::HistoryReader> read_history(queue::HistoryQuery) override { return nullptr; }
  std::unique_ptr<queue::LabelCounter> count_by_label(queue::LabelCountQuery) override { return nullptr; }
  std::optional<queue::FoundEvent> find(const queue::EventId&) override { return std::nullopt; }
  void note_sender(std::span<const queue::EventId>, const queue::Sender&) override {}
  [[nodiscard]] bool keeps_senders() const noexcept override { return false; }
  asio::awaitable<queue::Changed> replay(std::string, std::int64_t, delivery::Waiting&) override { return unchanged(); }
  asio::awaitable<queue::Changed> skip(std::string, delivery::Waiting&) override { return unchanged(); }
  asio::awaitable<queue::Changed> forget(std::string, delivery::Waiting&) override { return unchanged(); }
  void tick() override {}
  void change(const queue::Options&) override {}
  [[nodiscard]] bool explicit_timestamps() const noexcept override { return timestamps; }
  [[nodiscard]] std::size_t max_unnamed() const override { return 0; }
  [[nodiscard]] queue::QueueStatistics statistics() const override { return {}; }
  [[nodiscard]] bool above_high_watermark() const noexcept override { return false; }
  [[nodiscard]] bool unable_to_store() const noexcept override { return false; }

 private:
  static asio::awaitable<queue::Changed> unchanged() { co_return queue::Changed{}; }
};

}  // namespace oneshot::confirm::test
