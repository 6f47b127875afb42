// SPDX-License-Identifier: MIT
#include "net/worker.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <cassert>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "base/log.hpp"
#include "http/response_writer.hpp"
#include "net/session.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

asio::awaitable<void> run_session(std::unique_ptr<Session> session) { co_await session->run(); }

// One connection's failure is its own: the others go on.
void log_failed_session(std::exception_ptr fault) {
  if (!fault) return;
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& e) {
    log::error("a connection ended by an unexpected error", {{"error", e.what()}});
  }
}

}  // namespace

bool Worker::Candidate::gives_way_before(const Candidate& other) const noexcept {
  if (hold != other.hold) return hold < other.hold;
  return hold != Session::Hold::firm && since < other.since;
}

Worker::Worker(unsigned number, http::Handler& handler, const Options& options, std::atomic<std::size_t>& live,
               http::BodyBudget& bodies)
    : handler_(handler),
      options_(options),
      bodies_(bodies),
      live_(live),
      next_id_((std::uint64_t{number} << 48) + 1),
      work_(context_.get_executor()),
      tick_timer_(context_) {}

Worker::~Worker() { join(); }

void Worker::start() {
  thread_ = std::thread([this] { context_.run(); });
}

void Worker::adopt(UniqueFd socket, const Address& peer) {
  load_.fetch_add(1, std::memory_order_relaxed);
  // Held by a shared_ptr because Asio wants its handlers copyable; a connection the worker never gets to is closed.
  auto held = std::make_shared<UniqueFd>(std::move(socket));
  asio::post(context_, [this, held, peer] { begin_session(std::move(*held), peer); });
}

void Worker::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

void Worker::change(const Options& options) {
  asio::post(context_, [this, options] { options_ = options; });
}

void Worker::stop_sessions() {
  asio::post(context_, [this] {
    stopping_ = true;
    for (const auto& [id, session] : sessions_) session->stop();
  });
}

void Worker::stop_sessions_now() {
  asio::post(context_, [this] {
    for (const auto& [id, session] : sessions_) session->stop_now();
  });
}

void Worker::join() {
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
}

std::string_view Worker::prerendered_ok() {
  if (const std::time_t now = std::time(nullptr); now != usual_second_) {
    usual_second_ = now;
    prerendered_ok_.clear();
    http::HeadOptions options;
    options.date = date_.at(std::int64_t{now} * 1000);
    http::append_head(prerendered_ok_, http::Reply(200), options);
  }
  return prerendered_ok_;
}

asio::awaitable<Worker::Candidate> Worker::longest_waiting() {
  auto look = [](Worker* self) -> asio::awaitable<Candidate> {
    Candidate best;
    for (const auto& [id, session] : self->sessions_) {
      Candidate one;
      one.hold = session->hold();
      one.since = session->since();
      one.id = id;
      if (one.gives_way_before(best)) best = one;
    }
    co_return best;
  };
  auto work = look(this);
  const auto executor = context_.get_executor();
  const Candidate found = co_await asio::co_spawn(executor, std::move(work), asio::use_awaitable);
  co_return found;
}

void Worker::give_place(std::uint64_t id) {
  asio::post(context_, [this, id] {
    const auto found = sessions_.find(id);
    if (found != sessions_.end()) found->second->give_place();
  });
}

std::uint64_t Worker::enter(Session& session) {
  sessions_.emplace(next_id_, &session);
  statistics_.connections.fetch_add(1, std::memory_order_relaxed);
  arm_tick();
  return next_id_++;
}

void Worker::leave(std::uint64_t id) noexcept {
  sessions_.erase(id);
  statistics_.connections.fetch_sub(1, std::memory_order_relaxed);
  load_.fetch_sub(1, std::memory_order_relaxed);
  live_.fetch_sub(1, std::memory_order_relaxed);
}

void Worker::begin_session(UniqueFd socket, const Address& peer) {
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int family = AF_INET;
  socklen_t length = sizeof family;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_DOMAIN, &family, &length);
  asio::ip::tcp::socket connection(context_);
  asio::error_code error;
  connection.assign(family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), socket.get(), error);
  if (error) {
    load_.fetch_sub(1, std::memory_order_relaxed);
    live_.fetch_sub(1, std::memory_order_relaxed);
    log::warn("cannot watch a new connection", {{"error", error.message()}});
    return;
  }
  [[maybe_unused]] const int owned_by_connection = socket.release();
  auto session = std::make_unique<Session>(*this, std::move(connection), peer);
  if (stopping_) session->stop();
  auto work = run_session(std::move(session));
  asio::co_spawn(context_, std::move(work), log_failed_session);
}

// One timer looks at all deadlines, so that no request has to arm one. It rests while there is no connection.
void Worker::arm_tick() {
  if (ticking_) return;
  ticking_ = true;
  const milliseconds shortest = std::min(options_.header_timeout, options_.idle_timeout);
  tick_timer_.expires_after(std::clamp(shortest / 8, milliseconds(10), milliseconds(1000)));
  tick_timer_.async_wait([this](const asio::error_code& error) {
    if (!error) tick();
  });
}

void Worker::tick() {
  ticking_ = false;
  const SteadyTime now = std::chrono::steady_clock::now();
  for (const auto& [id, session] : sessions_) session->check_deadline(now);
  if (!sessions_.empty()) arm_tick();
}

}  // namespace oneshot::net
