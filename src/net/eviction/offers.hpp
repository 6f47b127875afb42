// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/clock.hpp"
#include "net/eviction/eviction_candidate.hpp"

namespace oneshot::net {

class Evictable;

/// A connection that its worker would evict.
struct Offer {
  EvictionCandidate candidate;
  Evictable* worker = nullptr;
};

/// The answers of all workers to one question. What is left of them holds for a moment: a question makes each worker
/// look at all its connections, and newcomers that come one by one must not cost that each.
class Offers {
 public:
  struct Said {
    Evictable* worker;
    EvictionAnswer answer;
  };
  /// Of a worker that was asked and did not answer in time nobody knows whom it would evict, so only those who crowd go
  /// at once.
  void set(const std::vector<Said>& all, std::size_t asked, SteadyTime now);
  /// They have to be asked for: too old, or none of the first group is left.
  [[nodiscard]] bool used_up(SteadyTime now) const noexcept;
  /// The best `most` of those left, or fewer: all of one group, and of none for which it is too early when those who
  /// want places have been stuck for so long.
  [[nodiscard]] std::vector<Offer> take(std::size_t most, std::chrono::milliseconds stuck);

 private:
  [[nodiscard]] bool may_take(EvictionGroup group, std::chrono::milliseconds stuck) const noexcept;

  std::vector<Offer> all_;  // the best last
  EvictionGroup first_group_{};
  std::size_t silent_ = 0;  // workers that did not answer
  std::size_t busy_ = 0;
  std::size_t busy_crowding_ = 0;
  SteadyTime valid_until_{};
};

}  // namespace oneshot::net
