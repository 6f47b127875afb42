// SPDX-License-Identifier: MIT
// A worker runs one io_context on one thread, and each of its connections is one coroutine there. So sessions, their
// handler and the map of sessions need no lock. The accepting thread reaches them in three ways only: work posted to
// the io_context, errands between two requests, and atomic counters.
//
// One timer checks the deadlines of all sessions, so that no request has to arm a timer of its own: a deadline is late
// by up to an eighth of the shortest timeout. The timer rests while there is no connection.
#include "net/worker.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <cassert>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "base/log.hpp"
#include "base/result.hpp"
#include "net/session/session.hpp"
#include "net/stream/kernel_buffers.hpp"
#include "net/stream/plain_stream.hpp"
#include "net/stream/unix_stream.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

// An unexpected error of one connection does not concern the others.
void log_failed_session(const std::exception_ptr& fault) {
  if (!fault) return;
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& e) {
    log::error("a connection ended by an unexpected error", {{"error", e.what()}});
  }
}

Result<std::unique_ptr<Stream>> make_stream(Poller& poller, UniqueFd socket) {
  int family = AF_INET;
  socklen_t length = sizeof family;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_DOMAIN, &family, &length);
  std::unique_ptr<SocketStream> stream;
  if (family == AF_UNIX) {
    set_send_buffer(socket.get(), usual_send_buffer);  // it does not come from the listening socket, as with TCP
    stream = std::make_unique<UnixStream>(poller, std::move(socket));
  } else {
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    stream = std::make_unique<PlainStream>(poller, std::move(socket));
  }
  const asio::error_code error = stream->watch();
  if (error) return Unexpected{error.message()};
  return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace

/// A session, and its place in the worker's books. Lives in the frame of the session's coroutine.
class Worker::Registration {
 public:
  Registration(Worker& worker, std::unique_ptr<Stream> stream, const Newcomer& newcomer, Peer& peer)
      : entry_(worker, peer),
        session_(worker.connection_context_, std::move(stream), newcomer.address, entry_.id, newcomer.listener) {
    worker.sessions_.emplace(entry_.id, Place{&session_, &peer});
  }
  Session& session() noexcept { return session_; }

  static asio::awaitable<void> run(std::unique_ptr<Registration> registration) {
    co_await registration->session_.run();
  }

 private:
  // Destroyed after the session: the connection counts until its socket is closed and its receipts are told.
  struct Entry {
    Entry(Worker& w, Peer& p) noexcept : worker(w), peer(p), id(w.next_id_++) {
      worker.connection_context_.statistics().connections.fetch_add(1, std::memory_order_relaxed);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() {
      worker.sessions_.erase(id);
      worker.connection_context_.statistics().connections.fetch_sub(1, std::memory_order_relaxed);
      worker.forget_connection(peer);
    }
    Worker& worker;
    Peer& peer;
    const std::uint64_t id;
  };
  Entry entry_;
  Session session_;
};

Worker::Worker(unsigned number, http::Handler& handler, const Options& options, LiveConnections& connections,
               http::MemoryBudget& memory)
    : options_(options),
      connection_context_(handler, options_, memory),
      connections_(connections),
      next_id_((std::uint64_t{number} << 48) + 1),
      poller_(Poller::of(context_)),
      work_(context_.get_executor()),
      tick_timer_(context_) {}

Worker::~Worker() { join(); }

void Worker::start() {
  thread_ = std::thread([this] {
    const Poller::Attached attached(context_);
    context_.run();
  });
}

void Worker::adopt(Newcomer newcomer, Peer& peer) {
  load_.fetch_add(1, std::memory_order_relaxed);
  // In a shared_ptr, since errands are copied. A connection that the worker never gets to is closed.
  auto held = std::make_shared<Newcomer>(std::move(newcomer));
  hurry([this, held, &peer] { begin_session(std::move(*held), peer); });
}

void Worker::hurry(std::function<void()> errand) {
  Errands& errands = connection_context_.errands();
  if (errands.add(std::move(errand))) asio::post(context_, [&errands] { errands.run(); });
}

void Worker::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

void Worker::change(const Options& options) {
  asio::post(context_, [this, options] { options_ = options; });
}

void Worker::use(WrapStream wrap) {
  asio::post(context_, [this, wrap = std::move(wrap)]() mutable { wrap_ = std::move(wrap); });
}

void Worker::stop_sessions() {
  asio::post(context_, [this] {
    stopping_ = true;
    for (const auto& [id, place] : sessions_) place.session->stop();
  });
}

void Worker::stop_sessions_now() {
  asio::post(context_, [this] {
    for (const auto& [id, place] : sessions_) place.session->stop_now();
  });
}

void Worker::join() {
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
}

void Worker::forget_connection(Peer& peer) noexcept {
  load_.fetch_sub(1, std::memory_order_relaxed);
  peer.remove();
  connections_.remove();
}

void Worker::begin_session(Newcomer newcomer, Peer& peer) {
  Result<std::unique_ptr<Stream>> made = make_stream(poller_, std::move(newcomer.socket));
  if (!made) {
    forget_connection(peer);
    log::warn("cannot watch a new connection", {{"error", made.error()}});
    return;
  }
  std::unique_ptr<Stream> stream = std::move(*made);
  if (wrap_) stream = wrap_(std::move(stream), newcomer.listener, peer);
  auto registration = std::make_unique<Registration>(*this, std::move(stream), newcomer, peer);
  if (stopping_) registration->session().stop();
  arm_tick();
  auto work = Registration::run(std::move(registration));
  asio::co_spawn(context_, std::move(work), log_failed_session);
}

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
  for (const auto& [id, place] : sessions_) place.session->check_deadline(now);
  trim_memory(now);
  if (!sessions_.empty() || trim_.is_due()) arm_tick();
}

void Worker::trim_memory(SteadyTime now) {
  constexpr std::size_t of_connection = 24 * 1024;  // about what one has that has sent a request
  http::MemoryBudget& memory = connection_context_.memory();
  const std::size_t connections = connections_.value() * of_connection;
  trim_.look(connections + memory.used(), connections + memory.take_peak(), now);
}

}  // namespace oneshot::net
