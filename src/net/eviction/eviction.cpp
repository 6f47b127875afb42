// SPDX-License-Identifier: MIT
// A full server still accepts: a connection that waits in the kernel's queue looks established to its client, which
// would wait for an answer that cannot come. So for each one that waits another one is evicted, for all of them at
// once: each worker is asked once for its best candidates, the best of all are evicted by their workers, and the end of
// any connection wakes the listener. One after the other, each newcomer would wait for all those before it.
#include "net/eviction/eviction.hpp"

#include <algorithm>
#include <asio/this_coro.hpp>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>

#include "net/eviction/eviction_times.hpp"
#include "net/eviction/gathering.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How many candidates one question asks for, at least and at most: those that are not needed at once serve the
// newcomers of the next moment.
constexpr std::size_t least_asked = 64;
constexpr std::size_t most_asked = 256;
// How long a worker may take to answer. It does so between two turns; while one of them takes longer, the others do.
constexpr milliseconds question_time{100};
// How long a peer has nothing that could be evicted before its newcomers may be refused.
constexpr milliseconds stuck_time{100};
// How long to wait for descriptors or memory, where no connection ends and gives some back. New connections wait in the
// kernel's queue meanwhile.
constexpr milliseconds resource_pause{100};
// A peer that holds more than an eighth of all places crowds the others.
constexpr std::size_t share = 8;

}  // namespace

/// How many places are wanted, and what has come of that so far. Whoever ends while workers are asked leaves a place
/// too: then nobody has to go for it.
struct Eviction::Demand {
  std::size_t wanted;
  std::size_t coming;    ///< of connections that were evicted and had not ended
  std::uint64_t before;  ///< this many connections had ended when both were counted
  milliseconds stuck;
  const Peer* only_of;  ///< null: of all peers
};

std::size_t Eviction::missing(const Demand& demand, std::size_t evicted) const noexcept {
  const std::uint64_t ended = demand.only_of == nullptr ? connections_.ended() : demand.only_of->ended();
  const std::size_t covered = std::max<std::size_t>(demand.coming + evicted, ended - demand.before);
  return demand.wanted - std::min(demand.wanted, covered);
}

std::size_t Eviction::crowd_from() const noexcept {
  const std::size_t fair = max_connections_ / share + 1;
  return peers_.limit() == 0 ? fair : std::min(fair, peers_.limit());
}

asio::awaitable<void> Eviction::make_room(const asio::posix::stream_descriptor& acceptor, std::size_t waiting) {
  while (acceptor.is_open() && full()) {
    const std::size_t over = connections_.value() - max_connections_;  // the limit may have been lowered
    const std::size_t wanted = std::min(waiting + over, most_asked);
    const std::uint64_t before = connections_.ended();
    const std::size_t coming = expected_.missing(before);
    milliseconds patience = ending_time;
    if (coming < wanted) {
      const Demand demand{wanted, coming, before, expected_.stuck_for(before, steady_clock::now()), nullptr};
      const std::size_t evicted = co_await evict(demand, offers_);
      expected_.add(evicted, before);
      if (coming + evicted == 0) patience = retry_time;
    }
    if (!full()) break;
    const std::uint64_t seen = connections_.ended();
    co_await connections_.wait_for_end(seen, steady_clock::now() + patience);
    if (connections_.ended() == seen) expected_.give_up();
  }
}

// Each connection has a descriptor of ours: the end of any one brings it back. Memory, and what the whole machine
// lacks, only time brings back.
asio::awaitable<void> Eviction::wait_for_resources(int shortage, std::size_t waiting) {
  const std::uint64_t before = connections_.ended();
  if (shortage == EMFILE) {
    const std::size_t coming = expected_.missing(before);
    if (coming < waiting) {
      const std::size_t wanted = std::min(waiting, most_asked);
      const Demand demand{wanted, coming, before, expected_.stuck_for(before, steady_clock::now()), nullptr};
      const std::size_t evicted = co_await evict(demand, offers_);
      expected_.add(evicted, before);
    }
  }
  co_await connections_.wait_for_end(before, steady_clock::now() + resource_pause);
  if (connections_.ended() == before) expected_.give_up();
}

asio::awaitable<bool> Eviction::evict_of(Peer& peer) {
  const std::size_t connections = peer.connections();
  const std::size_t over = connections - std::min(connections, peers_.limit());  // the limit may have been lowered
  const std::size_t wanted = std::min(peer.held.size() + over, most_asked);
  const std::uint64_t before = peer.ended();
  const std::size_t coming = peer.expected.missing(before);
  if (coming >= wanted) co_return true;
  const milliseconds stuck = peer.expected.stuck_for(before, steady_clock::now());
  const Demand demand{wanted, coming, before, stuck, &peer};
  const std::size_t evicted = co_await evict(demand, peer.offers);
  peer.expected.add(evicted, before);
  const bool moves = evicted + coming > 0;
  peer.stuck = !moves && stuck >= stuck_time;
  co_return moves;
}

asio::awaitable<std::size_t> Eviction::evict(const Demand& demand, Offers& offers) {
  const EvictionReason reason = demand.only_of == nullptr ? EvictionReason::full : EvictionReason::peer;
  std::size_t evicted = 0;
  bool fresh = false;
  while (missing(demand, evicted) > 0) {
    if (offers.used_up(steady_clock::now())) {
      if (fresh || evicted > 0) break;
      co_await refill(offers, missing(demand, 0), demand.only_of);
      fresh = true;
    }
    std::vector<Offer> chosen = offers.take(missing(demand, evicted), demand.stuck);
    if (chosen.empty()) break;
    const std::size_t ending = co_await end_them(std::move(chosen), reason);
    evicted += ending;
  }
  co_return evicted;
}

asio::awaitable<void> Eviction::refill(Offers& offers, std::size_t wanted, const Peer* only_of) {
  const auto here = co_await asio::this_coro::executor;
  const auto gathering = std::make_shared<Gathering<Offers::Said>>(here);
  const EvictionQuestion question{std::max(wanted, least_asked), crowd_from(), only_of};
  for (Evictable* const worker : workers_) {
    worker->ask(question, [worker, say = gathering->one_more()](EvictionAnswer answer) {
      say({worker, std::move(answer)});
    });
  }
  const SteadyTime until = steady_clock::now() + question_time;
  co_await gathering->wait(until);
  offers.set(gathering->answers(), workers_.size(), steady_clock::now());
}

// Returns how many they were; where a worker does not say so in time, it will get to them.
asio::awaitable<std::size_t> Eviction::end_them(std::vector<Offer> chosen, EvictionReason reason) {
  const auto here = co_await asio::this_coro::executor;
  const auto gathering = std::make_shared<Gathering<std::size_t>>(here);
  std::map<Evictable*, std::vector<EvictionCandidate>> by_worker;
  for (const Offer& one : chosen) by_worker[one.worker].push_back(one.candidate);
  for (auto& [worker, candidates] : by_worker) worker->evict(std::move(candidates), gathering->one_more());
  const SteadyTime until = steady_clock::now() + question_time;
  co_await gathering->wait(until);
  std::size_t evicted = chosen.size();
  for (const std::size_t missed : gathering->answers()) evicted -= missed;
  if (evicted > 0) {
    statistics_.count_evicted(reason == EvictionReason::peer, evicted);
    log_.note(reason, chosen, reason == EvictionReason::peer ? peers_.limit() : max_connections_);
  }
  co_return evicted;
}

}  // namespace oneshot::net
