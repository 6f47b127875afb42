// SPDX-License-Identifier: MIT
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "http/handler.hpp"
#include "http/memory_budget.hpp"
#include "http/statistics.hpp"
#include "net/eviction/eviction.hpp"
#include "net/eviction/live_connections.hpp"
#include "net/eviction/newcomer.hpp"
#include "net/eviction/peers.hpp"
#include "net/memory_trim.hpp"
#include "net/options.hpp"
#include "net/poller/poller.hpp"
#include "net/session/connection_context.hpp"
#include "net/stream/wrap_stream.hpp"

namespace oneshot::net {

class Session;

/// A thread with its own io_context, its own handler and its share of the connections. Everything is touched by that
/// thread alone, except where a function says otherwise.
class Worker final : public Evictable {
 public:
  /// Each worker has another `number`. `connections` counts those of all workers, `memory` is what those of
  /// all workers may hold beyond their fixed share.
  Worker(unsigned number, http::Handler& handler, const Options& options, LiveConnections& connections,
         http::MemoryBudget& memory);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // From the accepting thread.

  void start();
  /// Takes over an accepted connection, which the LiveConnections and its peer have counted.
  void adopt(Newcomer newcomer, Peer& peer);
  /// Runs `work` on this worker's thread.
  void post(std::function<void()> work);
  void change(const Options& options);
  /// For connections that begin from now on.
  void use(WrapStream wrap);
  /// How many connections this worker has, those not yet begun included. Any thread.
  [[nodiscard]] std::size_t load() const noexcept { return load_.load(std::memory_order_relaxed); }
  void stop_sessions();
  void stop_sessions_now();
  /// Ends the thread; no session may be left.
  void join();

  // worker_eviction.cpp
  void ask(const EvictionQuestion& question, std::function<void(EvictionAnswer)> answer) override;
  void evict(std::vector<EvictionCandidate> candidates, std::function<void(std::size_t)> missed) override;

  /// Any thread may read them.
  [[nodiscard]] const http::Statistics& statistics() const noexcept { return connection_context_.statistics(); }

 private:
  class Registration;
  struct Place {
    Session* session;
    Peer* peer;
  };

  /// Has it done between two requests, or at once if there are none.
  void hurry(std::function<void()> errand);
  void begin_session(Newcomer newcomer, Peer& peer);
  void forget_connection(Peer& peer) noexcept;
  [[nodiscard]] EvictionAnswer all_candidates(const EvictionQuestion& question) const;
  void choose(EvictionAnswer& answer, std::size_t most) const;
  void arm_tick();
  void tick();
  void trim_memory(SteadyTime now);

  Options options_;
  ConnectionContext connection_context_;
  LiveConnections& connections_;
  std::atomic<std::size_t> load_{0};
  std::unordered_map<std::uint64_t, Place> sessions_;
  std::uint64_t next_id_;  // its upper bits are the worker's number: sessions of all workers have ids of their own
  bool stopping_ = false;
  bool ticking_ = false;
  WrapStream wrap_;  // none: streams stay as they are
  MemoryTrim trim_;

  // Last, so that it is destroyed first: sessions that are left in it still use what is above.
  asio::io_context context_{1};
  Poller& poller_;  // of their sockets
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer tick_timer_;
  std::thread thread_;
};

}  // namespace oneshot::net
