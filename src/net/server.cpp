// SPDX-License-Identifier: MIT
#include "net/server.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "net/eviction/admission.hpp"
#include "net/eviction/eviction.hpp"
#include "net/eviction/live_connections.hpp"
#include "net/eviction/peers.hpp"
#include "net/listen/listener.hpp"
#include "net/listen/listening_socket.hpp"
#include "net/stream/kernel_buffers.hpp"
#include "net/worker.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long connections may still take once they are told that their time to stop is over.
constexpr milliseconds stop_last{1000};

constexpr std::size_t memory_limit(const Options& options) noexcept {
  return std::size_t{options.max_memory_mib} * 1024 * 1024;
}

std::vector<Evictable*> evictable(const std::vector<std::unique_ptr<Worker>>& workers) {
  std::vector<Evictable*> all;
  all.reserve(workers.size());
  for (const auto& worker : workers) all.push_back(worker.get());
  return all;
}

}  // namespace

struct Server::Parts {
  Parts(asio::io_context& m, const Options& o, http::MemoryBudget& budget, const std::vector<http::Handler*>& handlers)
      : main(m),
        options(o),
        memory(budget),
        peers(o.max_connections_per_peer, o.unlimited_peers),
        workers(make_workers(handlers)),
        eviction(evictable(workers), connections, peers, accepting, o.max_connections),
        admission(main, peers, eviction, connections, accepting,
                  [this](Newcomer newcomer, Peer& peer) { least_loaded().adopt(std::move(newcomer), peer); }) {
    memory.set_limit(memory_limit(o));
  }

  std::vector<std::unique_ptr<Worker>> make_workers(const std::vector<http::Handler*>& handlers);
  Worker& least_loaded();
  asio::awaitable<void> wait_for_sessions(SteadyTime until);

  asio::io_context& main;
  Options options;
  http::MemoryBudget& memory;
  http::Statistics accepting;  // of the thread that runs `main`
  LiveConnections connections;
  Peers peers;
  std::vector<std::unique_ptr<Worker>> workers;
  Eviction eviction;
  Admission admission;
  std::vector<std::unique_ptr<Listener>> listeners;  // mostly one
};

std::vector<std::unique_ptr<Worker>> Server::Parts::make_workers(const std::vector<http::Handler*>& handlers) {
  std::vector<std::unique_ptr<Worker>> made;
  for (http::Handler* const handler : handlers) {
    const auto number = static_cast<unsigned>(made.size());
    made.push_back(std::make_unique<Worker>(number, *handler, options, connections, memory));
  }
  return made;
}

// Scrapers and producers keep few, long connections, so their spread over the workers matters more than the speed of
// accepting.
Worker& Server::Parts::least_loaded() {
  return **std::ranges::min_element(workers, {}, [](const auto& worker) { return worker->load(); });
}

Server::Server(asio::io_context& main, const Options& options, http::MemoryBudget& memory,
               const std::vector<http::Handler*>& handlers)
    : parts_(std::make_unique<Parts>(main, options, memory, handlers)) {}

Server::~Server() {
  for (const auto& listener : parts_->listeners) listener->close();
  for (const auto& worker : parts_->workers) worker->join();
}

Result<std::string> Server::listen() {
  auto opened = open_listening_socket(parts_->options.host, parts_->options.port);
  if (!opened) return Unexpected{opened.error()};
  std::string address = opened->address;
  listen_on(std::move(*opened));
  return address;
}

void Server::listen_on(ListeningSocket socket, std::uint8_t number) {
  set_kernel_buffers(socket.fd.get());
  parts_->listeners.push_back(std::make_unique<Listener>(parts_->main, std::move(socket), number, parts_->admission,
                                                         parts_->eviction, parts_->connections));
}

void Server::start() {
  for (const auto& worker : parts_->workers) worker->start();
  for (const auto& listener : parts_->listeners) {
    auto accepting = listener->run();
    asio::co_spawn(parts_->main, std::move(accepting), [](const std::exception_ptr& fault) {
      if (fault) std::rethrow_exception(fault);  // a bug: end the program rather than serve nobody
    });
  }
}

asio::awaitable<std::size_t> Server::stop() {
  for (const auto& listener : parts_->listeners) listener->close();
  parts_->admission.admit_all();
  for (const auto& worker : parts_->workers) worker->stop_sessions();
  const SteadyTime patience = steady_clock::now() + parts_->options.stop_timeout;
  co_await parts_->wait_for_sessions(patience);
  if (const std::size_t left = parts_->connections.value(); left > 0) {
    log::warn("connections did not end within stop_seconds and are closed", {{"connections", left}});
    for (const auto& worker : parts_->workers) worker->stop_sessions_now();
    const SteadyTime last = steady_clock::now() + stop_last;
    co_await parts_->wait_for_sessions(last);
  }
  for (const auto& worker : parts_->workers) worker->join();
  co_return parts_->connections.value();
}

asio::awaitable<void> Server::Parts::wait_for_sessions(SteadyTime until) {
  while (connections.value() > 0 && steady_clock::now() < until) {
    co_await connections.wait_for_fewer(1, until);
  }
}

void Server::change(const Options& options) {
  parts_->options = options;
  parts_->memory.set_limit(memory_limit(options));
  parts_->eviction.change(options.max_connections);
  parts_->peers.change(options.max_connections_per_peer, options.unlimited_peers);
  for (const auto& worker : parts_->workers) worker->change(options);
}

void Server::use(const WrapStream& wrap) {
  for (const auto& worker : parts_->workers) worker->use(wrap);
}

void Server::post_to_worker(std::size_t worker, std::function<void()> work) {
  parts_->workers.at(worker)->post(std::move(work));
}

std::vector<const http::Statistics*> Server::statistics() const {
  std::vector<const http::Statistics*> all;
  all.reserve(parts_->workers.size());
  for (const auto& worker : parts_->workers) all.push_back(&worker->statistics());
  all.push_back(&parts_->accepting);
  return all;
}

}  // namespace oneshot::net
