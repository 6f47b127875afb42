// SPDX-License-Identifier: MIT
#include "net/eviction/admission.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/co_spawn.hpp>
#include <chrono>
#include <ctime>
#include <exception>
#include <string>
#include <utility>

#include "http/date.hpp"
#include "http/response_writer.hpp"
#include "net/eviction/eviction_times.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Of one peer: as many as are evicted at once.
constexpr std::size_t most_of_one_peer = 256;

std::string refusal() {
  http::Reply reply(503,
                    "this address has as many connections as it may have (max_connections_per_peer), and all of "
                    "them are being answered\n");
  reply.retry_after_seconds = 1;
  http::HttpDate date;
  http::HeadOptions options;
  options.keep_alive = false;
  options.date = date.at(std::int64_t{std::time(nullptr)} * 1000);
  std::string text;
  http::append_head(text, reply, options);
  return text + reply.body;
}

}  // namespace

Admission::Admission(asio::io_context& context, Peers& peers, Eviction& eviction, LiveConnections& connections,
                     http::Statistics& statistics, Adopt adopt)
    : context_(context),
      peers_(peers),
      eviction_(eviction),
      connections_(connections),
      statistics_(statistics),
      adopt_(std::move(adopt)) {}

void Admission::admit(Newcomer newcomer) {
  Peer& peer = peers_.of(newcomer.address);
  if (peer.held.empty() && !peers_.at_limit(peer)) return adopt(peer, std::move(newcomer));
  hold(peer, std::move(newcomer));
}

std::size_t Admission::most_held() const noexcept { return std::min(peers_.limit(), most_of_one_peer); }

void Admission::hold(Peer& peer, Newcomer newcomer) {
  if (peer.held.size() >= most_held() && peer.stuck) return refuse(newcomer);
  if (peer.held.empty()) {
    holding_.push_back(&peer);
    peer.stuck = false;
  }
  peer.held.push_back(std::move(newcomer));
  if (std::exchange(making_room_, true)) return;
  auto work = make_room();
  asio::co_spawn(context_, std::move(work), [](const std::exception_ptr& fault) {
    if (fault) std::rethrow_exception(fault);  // a bug
  });
}

// Unread input would make the kernel send a reset, which can destroy the reply on its way.
void Admission::refuse(const Newcomer& newcomer) {
  const int socket = newcomer.socket.get();
  std::array<char, 8192> dropped;
  const std::string text = refusal();
  [[maybe_unused]] ssize_t n = ::recv(socket, dropped.data(), dropped.size(), MSG_DONTWAIT);
  n = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  statistics_.count_response(503);
  log_.note_refused(newcomer.address, peers_.limit());
  connections_.remove();
}

void Admission::adopt(Peer& peer, Newcomer newcomer) {
  peer.add();
  adopt_(std::move(newcomer), peer);
}

void Admission::adopt_held(Peer& peer) {
  while (!peer.held.empty() && !peers_.at_limit(peer)) {
    Newcomer first = std::move(peer.held.front());
    peer.held.pop_front();
    adopt(peer, std::move(first));
  }
}

bool Admission::pauses() const {
  return std::ranges::any_of(holding_,
                             [this](const Peer* peer) { return peer->held.size() >= most_held() && !peer->stuck; });
}

asio::awaitable<void> Admission::wait() {
  const std::uint64_t ended = connections_.ended();
  co_await connections_.wait_for_end(ended, steady_clock::now() + retry_time);
}

void Admission::admit_all() {
  for (Peer* const peer : holding_) {
    for (Newcomer& one : peer->held) adopt(*peer, std::move(one));
    peer->held.clear();
  }
  holding_.clear();
}

// For all peers with newcomers in turn, until none has any.
asio::awaitable<void> Admission::make_room() {
  while (!holding_.empty()) {
    const std::uint64_t ended = connections_.ended();
    milliseconds patience = retry_time;
    for (std::size_t i = 0; i < holding_.size();) {
      Peer& peer = *holding_[i];
      adopt_held(peer);
      if (peer.held.empty()) {
        holding_.erase(holding_.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
      const bool moves = co_await eviction_.evict_of(peer);
      if (moves) patience = ending_time;
      ++i;
    }
    co_await connections_.wait_for_end(ended, steady_clock::now() + patience);
    if (connections_.ended() != ended) continue;
    for (Peer* const peer : holding_) peer->expected.give_up();
  }
  making_room_ = false;
}

}  // namespace oneshot::net
