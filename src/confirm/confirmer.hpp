// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "confirm/api.hpp"
#include "confirm/judge.hpp"
#include "confirm/kept_batches.hpp"
#include "confirm/options.hpp"
#include "confirm/own_numbers.hpp"
#include "confirm/queries.hpp"
#include "confirm/state.hpp"
#include "confirm/statistics.hpp"
#include "confirm/stored_events.hpp"
#include "confirm/target_labels.hpp"
#include "delivery/one_shot_event.hpp"
#include "delivery/outcome.hpp"
#include "delivery/waiting.hpp"
#include "queue/queue.hpp"

namespace oneshot::confirm {

/// Closes the loop for one scraper: asks its API which batches it has stored, and settles them by that.
///
/// A batch N goes through here: the worker that answers the scrape says taken(), handed_over() and told(); the loop
/// asks a quarter of a second later, then after 0.5, 1, 2, 4 s, and at once when the scraper comes again meanwhile
/// (which waits a moment for the answer). What the answers mean is the Judge's to say. A confirmed batch stays kept for
/// `recheck`: when its number vanishes, its events go out again.
///
/// Two sides. Workers call the first group of functions, on any thread. The loop and all questions are on one other
/// thread, that of run().
class Confirmer : public std::enable_shared_from_this<Confirmer> {
 public:
  /// `queue` and `clock` outlive it. `api` is asked by the thread of run().
  Confirmer(std::string scraper, const Options& options, queue::Queue& queue, const Clock& clock,
            std::shared_ptr<Api> api);
  Confirmer(const Confirmer&) = delete;
  Confirmer& operator=(const Confirmer&) = delete;

  // Any thread.
  /// Whether a scrape that has just come gets a batch. Where the answer may change it, waits for one until `until`.
  asio::awaitable<Judge::Permit> before_scrape(delivery::Waiting& waiting, SteadyTime until);
  /// For the first line of a scrape without a batch: why. Only after `waiting` and `unseen`.
  [[nodiscard]] std::string in_words(Judge::Permit permit) const;
  /// An exposition without a batch goes out with this number.
  void issued(std::uint64_t number);
  /// A batch goes out, with the events that have no name under the name `metric`.
  void taken(std::shared_ptr<queue::Delivery> batch, std::string metric);
  /// The batch with this number goes out under these names as well.
  void goes_out_as(std::uint64_t number, std::vector<std::string> metrics);
  /// It was never sent.
  void withdrawn(std::uint64_t number);
  void handed_over(std::uint64_t number);
  /// What TCP says. Settles the batch here where that decides.
  void told(std::uint64_t number, delivery::Outcome outcome);
  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] State state() const;

  // The thread of run().
  /// `metric`: the name of the events without one of a batch that a program before this one sent.
  void resume(std::string metric);
  /// Asks and settles until stop() or retire().
  asio::awaitable<void> run();
  void change(const Options& options, std::shared_ptr<Api> api);
  /// This scraper is confirmed no more: TCP decides about what is out, and about all that comes.
  void retire();
  /// Ends run() once the question that is under way is answered. What is out stays out: the next program resumes it.
  void stop();

 private:
  /// A batch that the store will never show, and that must be settled: before that its own series are looked for.
  struct Refuted {
    std::shared_ptr<queue::Delivery> batch;
    MetricNames metrics;
    Labels marker;
    SteadyTime sent_at{};
    delivery::Outcome outcome{};
    std::string reason;
    unsigned failed_questions = 0;  ///< about its events
  };
  /// An answer about the markers.
  struct Answer {
    Samples samples;
    Shown shown;
  };
  /// The events of a batch that a store does not have.
  struct Missing {
    std::vector<queue::EventRef> events;
    std::vector<std::uint64_t> identities;  ///< of each: its series and time; equal ones have the same
    std::vector<std::uint64_t> series;      ///< of each: the hash of its series
    std::string first;                      ///< the first one, as metric{labels}
    std::size_t of = 0;                     ///< events in the batch

    void add_unless_in(StoredEvents& stored, std::string_view metric, const queue::BatchEvent& event);
    /// How many are left if the store has as many of their series as this, the first ones.
    [[nodiscard]] std::size_t without_first(std::size_t stored_series) const;
  };
  template <class T>
  using Awaited = asio::awaitable<T>;

  // confirmer.cpp
  [[nodiscard]] Judge::Permit permit_locked() const;
  void schedule_locked(SteadyTime at, std::chrono::milliseconds next_pause);
  void wake();
  SteadyTime arm(delivery::OneShotEvent& woken);
  [[nodiscard]] SteadyTime next_question_locked(SteadyTime now) const;
  void after_question(SteadyTime now);
  void notify_waiting();
  void notify(const std::vector<delivery::OneShotEvent::Notifier>& asked_for);
  void hold_open_numbers();

  // confirmer_ask.cpp
  Awaited<void> ask();
  Awaited<std::optional<Answer>> ask_markers();
  Awaited<Result<Samples, ApiError>> ask_for_markers_in(std::vector<Window> windows);
  Awaited<Judge::Facts> gather(const Answer* answer, SteadyTime asked_at);
  Awaited<bool> ask_whether_scrapes_are_stored(SteadyTime since);
  Awaited<bool> ask_whether_store_is_younger();
  Awaited<void> ask_for_the_reason();
  void judge(const Judge::Facts& facts, const Answer& answer, SteadyTime asked_at);
  void confirm(const std::shared_ptr<queue::Delivery>& batch, const Answer& answer, SteadyTime sent_at);
  void note_trust(Judge::Trust before, Judge::Trust now, const Shown& shown);
  void note_silence(const std::string& reason);
  void note_answer();
  void note_up_locked(bool up, const std::string& reason);
  [[nodiscard]] Window window(std::chrono::seconds back) const;
  [[nodiscard]] std::vector<Window> marker_windows(SteadyTime now) const;

  // confirmer_refute.cpp
  Awaited<void> refute(const Answer* answer);
  Awaited<std::optional<Samples>> ask_for_a_part(const Answer* answer, TargetLabels target);
  [[nodiscard]] std::string part_query(const Answer& answer, const std::string& selector) const;
  Awaited<void> settle_refuted(Samples events, TargetLabels target, const Answer* markers);
  Awaited<std::set<std::int64_t>> without_markers_of_others(std::set<std::int64_t> times);
  void note_whole(const ApiError& error);
  void report_refuted(const Refuted& refuted, std::size_t events);

  // confirmer_missing.cpp
  Awaited<Result<Samples, ApiError>> ask_for_samples(std::string path);
  [[nodiscard]] static bool gives_up(const ApiError& error, unsigned& failed_questions) noexcept;
  Awaited<TargetLabels> target_of(const queue::Batch& events, Labels marker);
  Awaited<void> recheck(const Answer* answer);
  Awaited<void> send_vanished(KeptBatch batch);
  Awaited<void> count_events(KeptBatch* batch);
  /// Whether nothing is left to be known about it. `series`: how many too few the store has.
  Awaited<bool> find_missing(KeptBatch* batch, std::size_t series);
  void send_missing(KeptBatch& batch, const Missing& missing);
  void note_uncounted(const ApiError& error);
  Awaited<Missing> compare(std::shared_ptr<queue::Batch> events, std::shared_ptr<StoredEvents> stored,
                           MetricNames metrics);
  Awaited<void> breathe();
  void count_refused(std::size_t events, std::string_view why, const std::string& first);

  const std::string scraper_;
  queue::Queue& queue_;
  const Clock& clock_;

  mutable std::mutex mutex_;  // guards what stands below, up to the loop's own
  Options options_;
  std::shared_ptr<Api> api_;
  Judge judge_;
  OwnNumbers numbers_;
  std::shared_ptr<queue::Delivery> out_;  // the batch whose judgement is open
  MetricNames out_metrics_;
  bool settling_ = false;  // the judgement is known, and the batch not settled yet
  bool retired_ = false;
  bool stopped_ = false;
  SteadyTime question_at_ = SteadyTime::max();
  std::chrono::milliseconds pause_{0};  // between that question and the one after it
  bool urgent_ = false;                 // a scrape waits for an answer
  std::optional<delivery::OneShotEvent::Notifier> woken_;
  std::vector<delivery::OneShotEvent::Notifier> waiting_;
  Statistics statistics_;
  std::int64_t up_since_unix_ms_ = 0;  // since when statistics_.up is what it is; 0: nothing was asked yet
  std::string silence_reason_;

  // Of the loop alone.
  bool look_ahead_ = true;
  bool was_resumed_ = false;  // the batch that is out was sent by a program before this one
  int pieces_ = 1;            // in which so long a time is asked for
  bool silence_said_ = false;
  Labels marker_;                    // the labels of our markers as they were last shown
  std::int64_t last_marker_ms_ = 0;  // the time of the newest one
  std::optional<delivery::Outcome> reason_;
  std::string reason_text_;
  std::uint64_t reason_for_ = 0;  // of which batch
  std::optional<Refuted> refuted_;
  KeptBatches kept_;
  SteadyTime next_recheck_ = SteadyTime::max();
  std::set<std::int64_t> accounted_;  // times of events without a marker that were found before
  // Single events that went out a second time, and how many of each.
  std::unordered_map<std::uint64_t, std::size_t> sent_again_;
  SteadyTime next_refused_line_{};
  SteadyTime next_uncounted_line_{};
};

}  // namespace oneshot::confirm
