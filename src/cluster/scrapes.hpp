// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "cluster/cluster_delivery.hpp"
#include "cluster/machine.hpp"
#include "cluster/replica.hpp"
#include "cluster/takeovers.hpp"
#include "delivery/transfer.hpp"
#include "delivery/waiting.hpp"
#include "queue/local/scraper/wait_queue.hpp"
#include "queue/queue.hpp"

namespace oneshot::cluster {

struct Asked;
struct Holder;

/// The scrapes that came to this replica: how each gets its batch from the log, and how those of the other replicas ask
/// about ours. Batches that are out outlive the queue. Any thread.
class Scrapes final : public BatchKeeper, public std::enable_shared_from_this<Scrapes> {
 public:
  /// Runs a coroutine on some worker.
  using Spawn = std::function<void(asio::awaitable<void>)>;

  /// The replica outlives this, and all deliveries.
  static std::shared_ptr<Scrapes> make(Replica& replica, const Clock& clock, Spawn spawn);

  /// What a scrape wants.
  struct Wish {
    std::string scraper{};
    queue::Coming coming = 0;
    SteadyTime until{};      ///< for the batch
    SteadyTime answer_by{};  ///< for the last acknowledgement of the answer
  };
  /// See queue::Queue::take().
  static asio::awaitable<queue::TakeResult> take(std::shared_ptr<Scrapes> self, Wish wish, delivery::Waiting& waiting);

  /// Has whoever sends this batch find out what became of it, as a newer scrape would. It may still be out then.
  static asio::awaitable<void> find_out(std::shared_ptr<Scrapes> self, std::string scraper, Out out,
                                        delivery::Waiting& waiting);

  void in_transfer(std::string_view scraper, BatchId batch, std::weak_ptr<delivery::Transfer> transfer) override;
  void acknowledged(std::string_view scraper, BatchId batch) override;
  /// What the log already knows to be delivered waits for a moment: the scraper's next scrape tells the log of both.
  void settle(std::string_view scraper, BatchId batch, delivery::Outcome outcome, const queue::LastBatch& end) override;
  /// Tells the log of the ends for which no scrape has come meanwhile, those who ask of the ends that do not get there,
  /// and keeps the log going while a batch of another replica is past its deadline. Each 50 to 100 ms.
  void pulse();
  /// At once, of all of them: nobody scrapes this replica any more.
  void tell_all_ends();

  /// Another replica wants to know what became of a batch that we hold. `reply` says one of these words.
  void answer(const std::string& question, OrderedLog::Reply reply);
  /// "take 17 prometheus": what became of batch 17? The verb is one of the next two.
  [[nodiscard]] static std::string question(std::string_view verb, std::string_view scraper, BatchId batch);
  static constexpr std::string_view to_take = "take";              ///< asked for the scraper's next batch,
  static constexpr std::string_view to_find_out = "find";          ///< or for the end alone
  static constexpr std::string_view is_settled_reply = "settled";  ///< its end is in the log
  static constexpr std::string_view is_busy_reply = "busy";        ///< nobody knows its end yet
  /// Its end is known here, and does not get into the log: whoever asks is to wait for that.
  static constexpr std::string_view is_ending_reply = "ending";
  /// It is delivered, and the log knows that all is acknowledged: whoever asks is to take the next batch in its place.
  static constexpr std::string_view is_left_reply = "left";
  /// When this replica has read that a batch is out: another one's deadline counts from there, so that no clock of
  /// another machine matters.
  void note_applied(const Machine& machine, const Applied& applied);
  [[nodiscard]] const Takeovers& takeovers() const noexcept { return takeovers_; }

 private:
  friend class Place;
  /// The end of a batch that the log is to be told.
  struct End {
    BatchId batch = 0;
    delivery::Outcome outcome = delivery::Outcome::delivered;
    queue::BatchEnd how = queue::BatchEnd::delivered;
    std::string reason{};
    SteadyTime due{};  ///< told by then, unless it has gone otherwise
  };
  /// Who wants to know the end of a batch of ours.
  struct Question {
    OrderedLog::Reply reply;
    bool takes_next = false;  ///< can end it by taking the next one
    SteadyTime asked{};
  };
  /// What this replica has to do with a scraper.
  struct Local {
    queue::WaitQueue wait_queue;
    BatchId out = 0;               // which we send
    bool is_acknowledged = false;  // which the log is being told
    bool log_has_acknowledged = false;
    bool is_settling = false;  // its end is known, and goes to the log
    std::optional<End> owed;   // the same, and has not gone yet
    std::weak_ptr<delivery::Transfer> transfer;
    std::vector<Question> asks;

    [[nodiscard]] bool is_idle() const noexcept { return wait_queue.empty() && out == 0 && asks.empty(); }
    [[nodiscard]] bool is_end_wanted() const noexcept { return !std::ranges::all_of(asks, &Question::takes_next); }
  };
  class Taking;

  Scrapes(Replica& replica, const Clock& clock, Spawn spawn);
  std::shared_ptr<Asked> ask_log(const Take& take, std::optional<End> end, const Out& taken_over);
  /// `then`: the scraper's next request, whose outcome `asked` gets.
  void tell_end(const std::string& scraper, const End& end, const Take* then = nullptr,
                std::shared_ptr<Asked> asked = nullptr);
  void tell_ends_due(SteadyTime by);
  void answer_those_who_wait();
  static bool can_wait(const Local& local);
  void owe(const std::string& scraper, Local& local, End end, bool is_left);
  void answer(const std::string& scraper, BatchId batch, Question question);
  void forget_ended_by_others(const Machine& machine);
  static std::optional<End> take_owed(Local& local) { return std::exchange(local.owed, std::nullopt); }
  void on_outcome(const std::string& scraper, const TakeOutcome& outcome, Asked& asked);
  void on_settled(const std::string& scraper, BatchId batch);
  std::shared_ptr<Holder> ask_holder(std::string_view verb, const std::string& scraper, const Out& out);
  /// Needs the lock.
  [[nodiscard]] bool is_past_deadline(const Out& out, SteadyTime now, std::chrono::seconds extra = {});
  /// `is_there`: its replica answers, but does not say its end.
  [[nodiscard]] bool is_expired(const Out& out, bool is_there = false);
  /// Its holder was silent for less than one that works may be.
  [[nodiscard]] bool has_answered_lately(BatchId batch);
  void note_asked(BatchId batch);
  void note_answer(BatchId batch);
  void keep_log_going();
  static asio::awaitable<void> resolve(std::shared_ptr<Scrapes> self, std::string scraper, BatchId batch,
                                       std::shared_ptr<delivery::Transfer> transfer);

  Replica& replica_;
  const Clock& clock_;
  const Spawn spawn_;
  Takeovers takeovers_;
  std::mutex mutex_;
  std::map<std::string, Local, std::less<>> locals_;
  std::map<BatchId, std::string> left_;  // whose end another replica is to bring: to which scraper
  struct Seen {
    SteadyTime at;        // when this replica has read that the batch is out
    SteadyTime silent{};  // since when its holder was asked without an answer; zero: it was not
  };
  std::map<BatchId, Seen> seen_;
  SteadyTime applied_{};        // when something was applied last
  SteadyTime goes_on_since_{};  // the log: before that nothing was applied for a while
};

}  // namespace oneshot::cluster
