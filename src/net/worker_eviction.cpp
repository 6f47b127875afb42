// SPDX-License-Identifier: MIT
// Which of a worker's connections could be closed for new ones. What a session knows of itself makes the order, which
// costs a look at each; what only the kernel knows, that a request has arrived which the worker has not got to yet, is
// asked for those whose turn it would be.
#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

#include "net/session/session.hpp"
#include "net/worker.hpp"

namespace oneshot::net {
namespace {

using Candidates = std::vector<EvictionCandidate>;

// How many connections the kernel is asked about for one question: a system call each.
constexpr std::size_t looks_for(std::size_t wanted) noexcept { return 64 + 4 * wanted; }

// An order for the heap, whose top is the greatest.
bool comes_later(const EvictionCandidate& a, const EvictionCandidate& b) noexcept { return b.evict_before(a); }

// Only the newest connection of each scraper is its place: one name could be that of every connection of a client.
void keep_one_of_each_scraper(Candidates& all) {
  std::unordered_map<std::uint64_t, EvictionCandidate*> newest;
  for (EvictionCandidate& one : all) {
    if (one.priority != EvictionPriority::scraper) continue;
    EvictionCandidate*& kept = newest.try_emplace(one.scraper, &one).first->second;
    if (kept == &one) continue;
    if (kept->since < one.since) std::swap(*kept, one);
    one.priority = EvictionPriority::idle;
  }
}

}  // namespace

void Worker::ask(const EvictionQuestion& question, std::function<void(EvictionAnswer)> answer) {
  hurry([this, question, answer = std::move(answer)] {
    EvictionAnswer all = all_candidates(question);
    choose(all, question.most);
    answer(std::move(all));
  });
}

EvictionAnswer Worker::all_candidates(const EvictionQuestion& question) const {
  const SteadyTime now = std::chrono::steady_clock::now();
  EvictionAnswer all;
  all.candidates.reserve(sessions_.size());
  for (const auto& [id, place] : sessions_) {
    if (question.only_of != nullptr && place.peer != question.only_of) continue;
    const EvictionPriority priority = place.session->eviction_priority(now);
    const bool crowds = place.peer->crowds(question.crowd_from);
    if (priority == EvictionPriority::never) {
      all.count_busy(crowds);
      continue;
    }
    all.candidates.push_back({.priority = priority,
                              .crowds = crowds,
                              .since = place.session->since(),
                              .id = id,
                              .scraper = place.session->scraper(),
                              .peer = place.session->peer()});
  }
  keep_one_of_each_scraper(all.candidates);
  return all;
}

void Worker::choose(EvictionAnswer& answer, std::size_t most) const {
  Candidates all = std::exchange(answer.candidates, {});
  Candidates& best = answer.candidates;
  std::ranges::make_heap(all, comes_later);
  std::size_t looks = looks_for(most);
  while (best.size() < most && !all.empty()) {
    std::ranges::pop_heap(all, comes_later);
    EvictionCandidate one = all.back();
    all.pop_back();
    if (one.asks) {
      best.push_back(one);
      continue;
    }
    if (looks == 0) continue;
    --looks;
    const Session& session = *sessions_.at(one.id).session;
    one.asks = session.request_waits();
    if (!one.asks) {
      best.push_back(one);
      continue;
    }
    one.priority = session.priority_of_asking(one.priority);
    // Of a newcomer that asks the answer, and with that a place, is a moment away: while the worker gets on nobody who
    // has asked goes unanswered, however slow the machine is.
    if (one.priority >= EvictionPriority::arriving) answer.count_busy(one.crowds);
    if (one.priority == EvictionPriority::never) continue;
    all.push_back(one);
    std::ranges::push_heap(all, comes_later);
  }
}

void Worker::evict(Candidates candidates, std::function<void(std::size_t)> missed) {
  hurry([this, candidates = std::move(candidates), missed = std::move(missed)] {
    const SteadyTime now = std::chrono::steady_clock::now();
    std::size_t others = 0;
    for (const EvictionCandidate& one : candidates) {
      const auto found = sessions_.find(one.id);
      if (found == sessions_.end() || !found->second.session->evict_as(one, now)) ++others;
    }
    missed(others);
  });
}

}  // namespace oneshot::net
