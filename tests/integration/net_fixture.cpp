// SPDX-License-Identifier: MIT
#include "integration/net_fixture.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <charconv>
#include <future>
#include <stdexcept>

#include "integration/loopback.hpp"

namespace oneshot::test {
namespace {

using std::chrono::milliseconds;

class TestReceipt final : public delivery::Receipt {
 public:
  explicit TestReceipt(Outcomes& outcomes) : outcomes_(outcomes) {}
  void on_started(std::shared_ptr<delivery::Transfer> transfer) override { outcomes_.keep(std::move(transfer)); }
  void on_handed_over(bool) override {}
  void on_settled(delivery::Outcome outcome) override { outcomes_.add(outcome); }

 private:
  Outcomes& outcomes_;
};

class Pieces final : public http::BodySource {
 public:
  explicit Pieces(std::uint64_t size) : size_(size), left_(size) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  bool append_next(std::string& out) override {
    const std::uint64_t piece = std::min<std::uint64_t>(left_, 65536);
    out.append(piece, 'x');
    left_ -= piece;
    return left_ > 0;
  }

 private:
  std::uint64_t size_;
  std::uint64_t left_;
};

}  // namespace

asio::awaitable<http::Reply> TestHandler::answer(const http::Request& request, delivery::Waiting& waiting) {
  http::Reply reply;
  if (request.path == "/echo") {
    reply.body = request.body;
  } else if (request.path == "/batch") {
    std::uint64_t size = 0;
    std::from_chars(request.query.data(), request.query.data() + request.query.size(), size);
    if (request.pipelined) {
      reply.body = "pipelined";
    } else {
      reply.receipt = std::make_unique<TestReceipt>(outcomes_);
      if (size < 65536) {
        reply.body.assign(size, 'x');
      } else {
        reply.source = std::make_unique<Pieces>(size);
      }
      const std::string_view timeout = request.header("X-Timeout-Ms");
      int ms = 10'000;
      std::from_chars(timeout.data(), timeout.data() + timeout.size(), ms);
      reply.deadline = request.arrived + milliseconds(ms);
    }
  } else if (request.path == "/ask") {
    const auto transfer = outcomes_.transfer();
    const auto state = co_await transfer->resolve();
    reply.body = state == delivery::Transfer::State::settled ? "settled" : "under way";
  } else if (request.path == "/slow") {
    co_await waiting.pause(milliseconds(200));
    reply.body = "slow";
  } else if (request.path == "/large/slow") {
    co_await waiting.pause(milliseconds(200));
    reply.body = std::to_string(request.body.size());
  } else if (request.path.ends_with("/throw")) {
    throw std::runtime_error("thrown by a test");
  } else {
    reply.body = std::string(request.method_name) + " " + std::string(request.path);
  }
  co_return reply;
}

net::Options NetFixture::quick() {
  net::Options options;
  options.host = "127.0.0.1";
  options.port = 0;
  options.max_connections = 64;
  options.header_timeout = milliseconds(300);
  options.idle_timeout = milliseconds(1000);
  options.stop_timeout = milliseconds(2000);
  return options;
}

NetFixture::NetFixture(net::Options options) {
  std::vector<http::Handler*> handlers;
  for (int i = 0; i < 2; ++i) {
    handlers_.push_back(std::make_unique<TestHandler>(outcomes));
    handlers.push_back(handlers_.back().get());
  }
  server_ = std::make_unique<net::Server>(main_, options, memory, handlers);
  const auto address = server_->listen();
  if (!address) throw std::runtime_error(address.error());
  port_ = static_cast<std::uint16_t>(std::stoul(address->substr(address->rfind(':') + 1)));
  server_->start();
  thread_ = std::thread([this] { main_.run(); });
}

NetFixture::~NetFixture() {
  if (thread_.joinable()) stop();
  outcomes.keep(nullptr);  // a transfer lives no longer than its connection's worker
}

void NetFixture::stop() {
  auto stopping = server_->stop();
  asio::co_spawn(main_, std::move(stopping), [this](std::exception_ptr, std::size_t) { main_.stop(); });
  thread_.join();
}

void NetFixture::change(const net::Options& options) {
  std::promise<void> done;
  asio::post(main_, [&] {
    server_->change(options);
    done.set_value();
  });
  done.get_future().wait();
}

std::int64_t NetFixture::connections() const {
  std::int64_t sum = 0;
  for (const auto* one : server_->statistics()) sum += one->connections.load();
  return sum;
}

bool NetFixture::settled_as(std::vector<delivery::Outcome> expected) {
  return eventually([&] { return outcomes.all() == expected; });
}

}  // namespace oneshot::test
