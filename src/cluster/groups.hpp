// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "cluster/machine.hpp"
#include "cluster/replica.hpp"
#include "event/event.hpp"
#include "queue/queue.hpp"

namespace oneshot::cluster {

/// Brings posted events to the log, many in one record: while some records are on their way, what comes meanwhile
/// gathers for the next one. Tells for each request what became of it. Any thread.
class Groups {
 public:
  /// Bytes of the events of one record, but for a request that has more itself.
  static constexpr std::size_t usual_size = std::size_t{48} << 10;
  /// Of one request: it goes into one record, since its events are stored together or not at all.
  static constexpr std::size_t longest_request = std::size_t{240} << 10;
  static_assert(longest_request < OrderedLog::longest_record);
  /// Records on their way at once, at most.
  static constexpr std::size_t most_on_their_way = 4;
  /// A record costs some six wakeups of threads here, and more in the engine, however few events it has. So while one
  /// is on its way the next one goes only with so many bytes of events (some hundred small ones), or once its first
  /// event has waited for so long: twice what an engine needs that flushes each record.
  static constexpr std::size_t worth_a_record = std::size_t{8} << 10;
  static constexpr std::chrono::milliseconds longest_gathering{20};
  /// Bytes that wait for their record: a second's work or so of an engine that is busy.
  static constexpr std::size_t most_waiting = std::size_t{16} << 20;

  using Told = std::function<void(const queue::Durable&)>;

  /// The replica outlives this. `patience`: from when on nobody waits for an answer any more.
  Groups(Replica& replica, const Clock& clock, unsigned appenders, std::chrono::milliseconds patience);

  /// `flushing`: when_known() is to be called next, on the same thread. Else the events are not stored, and why.
  [[nodiscard]] queue::Stored add(queue::Poster poster, std::span<const event::Event> events);
  void when_known(unsigned appender, Told told);
  /// Now and then: lets go what has gathered for long enough, and tells those who have waited long enough that nobody
  /// knows, or, where their events have not left this program, that they are not stored.
  void pulse();

  /// Records on their way, and bytes that wait for theirs.
  struct Load {
    std::size_t records = 0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Load load() const;

 private:
  struct Request {
    std::size_t events = 0;
    bool each_alone = false;
    std::uint64_t sender = 0;
    SteadyTime since{};
    Told told;  // empty once it was told
  };
  /// Requests whose events go into one record.
  struct Waiting {
    std::vector<std::shared_ptr<Request>> requests;
    std::vector<event::Event> events;
    std::deque<std::string> texts;  // of the events, which do not move
    std::size_t size = 0;

    /// Somebody listens for each of them: it may go, or be given up.
    [[nodiscard]] bool is_heard() const;
  };
  using Requests = std::vector<std::shared_ptr<Request>>;

  [[nodiscard]] static event::Event keep(Waiting& waiting, const event::Event& event);
  [[nodiscard]] bool may_go(const Waiting& waiting) const;
  /// What may go now, taken out. For the holder of the lock.
  [[nodiscard]] std::vector<Waiting> due();
  void publish(std::vector<Waiting> due);
  void on_applied(const Requests& requests, const Applied& applied);
  [[nodiscard]] std::vector<Told> withdraw(SteadyTime before);

  Replica& replica_;
  const Clock& clock_;
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Request>> last_;  // of each appender, between add() and when_known()
  std::deque<Waiting> waiting_;
  std::size_t waiting_size_ = 0;
  std::size_t on_their_way_ = 0;
  std::deque<std::shared_ptr<Request>> sent_;  // oldest first, until each is known
};

}  // namespace oneshot::cluster
