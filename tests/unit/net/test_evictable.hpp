// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "net/eviction/eviction.hpp"

namespace oneshot::net::test {

inline EvictionCandidate candidate(EvictionPriority priority, int since, std::uint64_t id = 0) {
  EvictionCandidate made;
  made.priority = priority;
  made.since = SteadyTime{} + std::chrono::seconds(since);
  made.id = id;
  return made;
}

/// A worker whose connections, all of one peer, end as soon as they are evicted.
class TestEvictable final : public Evictable {
 public:
  TestEvictable(LiveConnections& connections, std::vector<EvictionCandidate> all)
      : connections_(connections), all_(std::move(all)) {
    for (std::size_t i = 0; i < all_.size(); ++i) connections_.add();
  }
  void add(const EvictionCandidate& one) { all_.push_back(one); }

  void ask(const EvictionQuestion& question, std::function<void(EvictionAnswer)> answer) override {
    ++questions;
    if (when_asked) when_asked();
    if (silent) return;
    EvictionAnswer found;
    for (const EvictionCandidate& one : all_) {
      if (one.priority != EvictionPriority::never) {
        found.candidates.push_back(one);
      } else {
        found.count_busy(one.crowds);
      }
    }
    std::ranges::sort(found.candidates, [](const auto& a, const auto& b) { return a.evict_before(b); });
    found.candidates.resize(std::min(found.candidates.size(), question.most));
    answer(std::move(found));
  }
  void evict(std::vector<EvictionCandidate> candidates, std::function<void(std::size_t)> missed) override {
    std::size_t others = 0;
    for (const EvictionCandidate& one : candidates) {
      const auto gone = std::erase_if(all_, [&](const EvictionCandidate& each) { return each.id == one.id; });
      if (gone == 0 || one.id == changed) {
        ++others;
        continue;
      }
      evicted.push_back(one.id);
      if (ends_at_once) end();
    }
    missed(others);
  }
  void end(std::uint64_t id) {
    std::erase_if(all_, [id](const EvictionCandidate& each) { return each.id == id; });
    end();
  }
  void end() {
    if (peer != nullptr) peer->remove();
    connections_.remove();
  }

  std::vector<std::uint64_t> evicted;
  int questions = 0;
  std::function<void()> when_asked;
  bool silent = false;
  bool ends_at_once = true;
  std::uint64_t changed = 0;  // the id of one that must not be evicted any more
  Peer* peer = nullptr;

 private:
  LiveConnections& connections_;
  std::vector<EvictionCandidate> all_;
};

}  // namespace oneshot::net::test
