// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "cluster/nats/complaint.hpp"
#include "cluster/nats/connection.hpp"
#include "cluster/nats/parts.hpp"
#include "cluster/nats/room.hpp"
#include "cluster/nats/stream.hpp"
#include "cluster/nats/subjects.hpp"
#include "cluster/nats/trouble.hpp"
#include "cluster/ordered_log.hpp"

namespace oneshot::cluster {

/// Reads the log by a consumer that the engine keeps in memory and forgets soon, and shows it to a reader, on a thread
/// of its own. Where the consumer is silent, has lost something, or stands still, it makes another at the place behind
/// the last record that was read. Any thread.
class Tail {
 public:
  /// Tells `room` and `trouble`. `send`: a message to a subject. All outlive this.
  Tail(Connection& connection, Door& door, Stream& stream, const Subjects& subjects, Room& room, Trouble& trouble,
       std::function<void(std::string, std::string)> send);
  ~Tail() { stop(); }
  /// Nothing is told after this has returned.
  void stop();

  /// Once.
  void begin(const OrderedLog::From& from, LogReader& reader);
  /// Of a subscription that the tail has made.
  void take_in(MessagePtr message);
  /// A record stands there, so it has to come.
  void note_stored(Sequence sequence);
  /// How often another consumer had to be made, since one was silent, had lost something, or stood still.
  [[nodiscard]] std::uint64_t restarts() const noexcept { return restarts_.load(std::memory_order_relaxed); }
  /// See Parts::may_go_below().
  [[nodiscard]] Sequence parts_may_go_below(Sequence below) const;

 private:
  // A node that has just become leader may not have stored yet all that it will.
  static constexpr std::chrono::seconds leader_catches_up_within{10};

  struct Consumer {
    std::weak_ptr<Link> link;
    natsSubscription* subscription = nullptr;  // of the link
    std::string subject;                       // where it sends to
    std::string name;                          // that the engine gave it
    std::uint64_t last_sent = 0;               // counted by the consumer, from 1 without gaps
  };
  struct Arrived {
    MessagePtr message;
    std::uint64_t arrival;  // counted from 1
  };
  struct Read {
    Sequence sequence = 0;
    std::int64_t unix_ns = 0;
  };

  void run();
  [[nodiscard]] bool is_stopped() const;
  [[nodiscard]] std::deque<Arrived> wait_for_messages();
  void pause();

  bool make_consumer();
  bool look_at_the_log();
  [[nodiscard]] Stream::Answer<Stream::State> ask_the_leader();
  bool is_as_it_was_read(const Stream::State& state);
  bool add_consumer();
  void leave_consumer();
  void let_go(std::string_view why);
  void complain(const Stream::Failure& failure);
  void look_whether_it_was_purged(const Stream::State& state);
  void look_whether_it_is_too_small(const Stream::State& state);
  void end();
  void damage(std::string_view why);

  void take(const Arrived& arrived);
  void take_status(natsMsg* message);
  bool passes_gap(Sequence next, std::uint64_t arrival);
  bool may_be_missing(Sequence next);
  void show(natsMsg* message, Sequence sequence, std::int64_t unix_ns);
  void show_part(const PartName& name, Entry entry);
  void look_whether_it_goes_on();

  Connection& connection_;
  Door& door_;
  Stream& stream_;
  const Subjects& subjects_;
  Room& room_;
  Trouble& trouble_;
  const std::function<void(std::string, std::string)> send_;
  Complaint complaint_{"the cluster's log cannot be read; trying again"};
  Complaint purge_complaint_{"a part of the cluster's log was removed"};
  Complaint size_complaint_{"the cluster's log has no room"};

  std::atomic<std::uint64_t> restarts_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopped_ = false;
  std::deque<Arrived> arrived_;
  std::uint64_t arrivals_ = 0;
  SteadyTime heard_{};  // whatever the consumer has sent
  Sequence stored_ = 0;
  Parts parts_;

  // Of the thread alone:
  OrderedLog::From from_;
  LogReader* reader_ = nullptr;
  bool has_ended_ = false;
  std::optional<Consumer> consumer_;
  std::uint64_t consumers_ = 0;
  Sequence next_ = 1;
  Read last_read_;
  SteadyTime read_time_{};
  Trimmed trimmed_;                          // as the stream's leader said
  std::uint64_t trimmed_as_of_ = 0;          // what had arrived before it was asked
  std::optional<SteadyTime> missing_since_;  // records that nobody trimmed
  std::optional<SteadyTime> short_since_;    // the log ends before what was read
  Sequence expected_ = 0;                    // stored, but not read
  SteadyTime expected_since_{};
  SteadyTime asked_{};                      // the stream, how far it goes
  std::optional<SteadyTime> purged_since_;  // its beginning is gone, and nobody of us trimmed that

  std::thread thread_;
};

}  // namespace oneshot::cluster
