// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/replica.hpp"
#include "cluster/scrapes.hpp"
#include "simulation/memory_log.hpp"
#include "simulation/oracle.hpp"
#include "simulation/scheduler.hpp"
#include "simulation/sim_waiting.hpp"

namespace oneshot::simulation {

/// Of the event with these labels, as nodes post them.
[[nodiscard]] EventNumber number_of(std::string_view labels);

/// What happens to an answer between a replica and a scraper.
struct NetworkFaults {
  double cut = 0.1;                    ///< the connection ends before the scraper has all
  double gives_up = 0.05;              ///< the scraper leaves while it waits for the batch
  double unread = 0.03;                ///< its kernel has all, its program leaves without reading
  double silent = 0.05;                ///< nothing arrives, and nobody says so, until the deadline
  std::uint64_t delay_ms = 30;         ///< to the scraper
  std::uint64_t acknowledged_ms = 30;  ///< and back
  milliseconds timeout{3000};
};

/// A scraper's request to one replica, seen from both ends.
struct Exchange {
  std::string scraper;
  SteadyTime answer_by;
  bool is_given_up = false;    ///< the scraper's own timeout is over: its program reads nothing any more
  std::function<void()> over;  ///< the scraper goes on; may be called again
  std::weak_ptr<SimWaiting> waiting;
};

/// One run of a replica's program, with the connections that it has. Destroyed, it was killed.
class Node {
 public:
  Node(Scheduler& scheduler, MemoryEngine& engine, Oracle& oracle, const NetworkFaults& network, std::string name,
       const cluster::Agreement& agreement);
  ~Node();

  [[nodiscard]] bool is_ready() const { return replica_.state() == cluster::Replica::State::ready; }
  [[nodiscard]] bool is_left_behind() const { return replica_.state() == cluster::Replica::State::left_behind; }
  [[nodiscard]] cluster::Replica& replica() noexcept { return replica_; }
  [[nodiscard]] MemoryLog& log() noexcept { return log_; }

  void post(const std::vector<EventNumber>& events, std::uint64_t key, std::uint64_t sender);
  void scrape(const std::shared_ptr<Exchange>& exchange);
  /// Its way to the engine is cut until then.
  void cut_off_until(SteadyTime time);
  /// From now on it can tell the log nothing, for a while: see Oracle::note_silence().
  void note_silence();
  /// Lets coroutines run until all of them wait. True: some ran.
  bool run() {
    io_.restart();
    return io_.poll() > 0;
  }

 private:
  class Answer;
  asio::awaitable<void> serve(std::shared_ptr<Exchange> exchange, std::shared_ptr<SimWaiting> waiting);
  void pulse();

  Scheduler& scheduler_;
  const MemoryEngine& engine_;
  Oracle& oracle_;
  const NetworkFaults& network_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  MemoryLog log_;
  cluster::Replica replica_;
  std::shared_ptr<cluster::Scrapes> scrapes_;
  std::vector<std::shared_ptr<Answer>> answers_;       // of which the log may not know the end
  asio::io_context io_{ASIO_CONCURRENCY_HINT_UNSAFE};  // one thread; last: its coroutines use all the others
};

}  // namespace oneshot::simulation
