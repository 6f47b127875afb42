// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "base/hash.hpp"

namespace oneshot::app {

/// How many events one sender may send.
struct Rate {
  unsigned per_second = 0;  ///< in the long run; 0: as many as it likes
  unsigned burst = 10'000;  ///< at once, after a rest
};

/// A token bucket for each sender, so that a script that runs away takes nothing from others. Shared by all workers,
/// any thread; a short lock for each sixteenth of the senders.
///
/// A sender's bucket is one moment: when it will be full again. Once that is past, the bucket is as good as a new one,
/// and its place can be given away without anything lost. So memory is bounded, 16 bytes for each of `max_senders`, and
/// a sender that is limited gets no more by being forgotten, unless more than that are busy at once: then the one that
/// is nearest to a full bucket is forgotten.
class RateLimit {
 public:
  static constexpr std::size_t max_senders = 4096;

  /// Takes as many tokens as there are events, and gives zero. Or takes none, and gives how long the sender has to wait
  /// before they are there. A batch larger than the whole bucket waits for a full one and leaves a debt behind, since
  /// otherwise it could never come in. `rate` must have a limit.
  [[nodiscard]] std::chrono::nanoseconds take(std::uint64_t sender, std::size_t events, const Rate& rate,
                                              SteadyTime now);

 private:
  struct Bucket {
    std::uint64_t sender;
    std::int64_t full_at;  // steady nanoseconds
  };
  // A sender may be in any place of its set, and nowhere else.
  using Set = std::array<Bucket, 8>;
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t sets_per_shard = max_senders / shard_count / std::tuple_size_v<Set>;

  struct alignas(64) Shard {
    std::mutex mutex;
    std::unique_ptr<std::array<Set, sets_per_shard>> sets;  // null until somebody needs one
  };
  /// The sender's bucket, or the one that it gets.
  static Bucket& bucket_of(Set& set, std::uint64_t sender, std::int64_t now) noexcept;

  Seed seed_ = random_seed();
  std::array<Shard, shard_count> shards_;
};

}  // namespace oneshot::app
