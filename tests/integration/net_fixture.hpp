// SPDX-License-Identifier: MIT
#pragma once

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/handler.hpp"
#include "net/server.hpp"

namespace oneshot::test {

/// What the connections told the receipts of one fixture, in order.
class Outcomes {
 public:
  void add(delivery::Outcome outcome) {
    const std::lock_guard lock(mutex_);
    all_.push_back(outcome);
  }
  std::vector<delivery::Outcome> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  void keep(std::shared_ptr<delivery::Transfer> transfer) {
    const std::lock_guard lock(mutex_);
    transfer_ = std::move(transfer);
  }
  std::shared_ptr<delivery::Transfer> transfer() {
    const std::lock_guard lock(mutex_);
    return transfer_;
  }

 private:
  std::mutex mutex_;
  std::vector<delivery::Outcome> all_;
  std::shared_ptr<delivery::Transfer> transfer_;
};

/// Answers by path: /echo the body, /batch?N a body of N bytes with a receipt (given by pieces from 64 KiB on), /ask
/// what became of the last batch, /throw an exception, /large/slow after 200 ms the size of the body, anything else
/// "METHOD PATH". Bodies below /large may have 1 MiB.
class TestHandler final : public http::Handler {
 public:
  explicit TestHandler(Outcomes& outcomes) : outcomes_(outcomes) {}
  http::Answer handle(const http::Request& request, delivery::Waiting& waiting) override {
    return answer(request, waiting);
  }
  [[nodiscard]] std::size_t body_limit(std::string_view path) const noexcept override {
    return path.starts_with("/large") ? std::size_t{1024 * 1024} : http::usual_body_limit;
  }
  asio::awaitable<http::Reply> answer(const http::Request& request, delivery::Waiting& waiting);

 private:
  Outcomes& outcomes_;
};

/// A server of two workers on a free port of 127.0.0.1, run by a thread of its own.
class NetFixture {
 public:
  explicit NetFixture(net::Options options = quick());
  ~NetFixture();

  /// Short timeouts: header 300 ms, idle 1 s, stop 2 s; 64 connections.
  static net::Options quick();
  void stop();
  /// New options, as a reload gives them.
  void change(const net::Options& options);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::int64_t connections() const;
  bool settled_as(std::vector<delivery::Outcome> expected);

  Outcomes outcomes;
  http::MemoryBudget memory{0};  ///< options say how much

 private:
  asio::io_context main_;
  std::vector<std::unique_ptr<TestHandler>> handlers_;
  std::unique_ptr<net::Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace oneshot::test
