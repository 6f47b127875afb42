// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "base/address.hpp"
#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "http/body_budget.hpp"
#include "http/date.hpp"
#include "http/handler.hpp"
#include "http/statistics.hpp"
#include "net/options.hpp"
#include "net/session.hpp"

namespace oneshot::net {

/// A thread with its own io_context, its own handler and its share of the connections. Everything is touched by that
/// thread alone, except where a function says otherwise.
class Worker {
 public:
  /// `number` is its own among the workers; `live` counts the connections of all of them, those not yet begun included.
  /// `bodies` is what large bodies of all of them share.
  Worker(unsigned number, http::Handler& handler, const Options& options, std::atomic<std::size_t>& live,
         http::BodyBudget& bodies);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // From the accepting thread.

  void start();
  /// Takes over an accepted connection, which has been counted in `live`.
  void adopt(UniqueFd socket, const Address& peer);
  /// Runs `work` on this worker's thread.
  void post(std::function<void()> work);
  void change(const Options& options);
  /// How many connections were handed to it and still live. Any thread.
  [[nodiscard]] std::size_t load() const noexcept { return load_.load(std::memory_order_relaxed); }
  void stop_sessions();
  void stop_sessions_now();
  /// Ends the thread; no session may be left.
  void join();

  /// A connection that could give its place to a new one: the one that clings to it least, and of those the one that
  /// has been so for longest.
  struct Candidate {
    Session::Hold hold = Session::Hold::firm;
    SteadyTime since{};
    std::uint64_t id = 0;
    [[nodiscard]] bool gives_way_before(const Candidate& other) const noexcept;
  };
  /// Asks the worker; resumes on the caller's executor.
  asio::awaitable<Candidate> longest_waiting();
  void give_place(std::uint64_t id);

  // From its sessions.

  [[nodiscard]] http::Handler& handler() noexcept { return handler_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] http::BodyBudget& bodies() noexcept { return bodies_; }
  [[nodiscard]] http::Statistics& statistics() noexcept { return statistics_; }
  [[nodiscard]] const http::Statistics& statistics() const noexcept { return statistics_; }
  [[nodiscard]] std::string_view date() noexcept { return date_.at(std::int64_t{std::time(nullptr)} * 1000); }
  /// What nearly every event is answered, whole: a bare 200 on a connection of HTTP/1.1 that lives on.
  [[nodiscard]] std::string_view prerendered_ok();
  [[nodiscard]] asio::io_context& context() noexcept { return context_; }
  /// Registers a session; returns its id.
  std::uint64_t enter(Session& session);
  void leave(std::uint64_t id) noexcept;

 private:
  void begin_session(UniqueFd socket, const Address& peer);
  void arm_tick();
  void tick();

  http::Handler& handler_;
  Options options_;
  http::BodyBudget& bodies_;
  http::Statistics statistics_;
  http::HttpDate date_;
  std::string prerendered_ok_;
  std::time_t usual_second_ = -1;  // for which it was written
  std::atomic<std::size_t>& live_;
  std::atomic<std::size_t> load_{0};
  std::unordered_map<std::uint64_t, Session*> sessions_;
  std::uint64_t next_id_;  // its upper bits are the worker's number: sessions of all workers have ids of their own
  bool stopping_ = false;
  bool ticking_ = false;

  // Behind all that sessions use: what is left in the context when it is destroyed still leaves through leave().
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer tick_timer_;
  std::thread thread_;
};

}  // namespace oneshot::net
