// SPDX-License-Identifier: MIT
#include "app/ingest/limits/rate_limit.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>

namespace oneshot::app {

using std::chrono::nanoseconds;

std::chrono::nanoseconds RateLimit::take(std::uint64_t sender, std::size_t events, const Rate& rate, SteadyTime now) {
  assert(rate.per_second > 0);
  // Tokens are counted in the time that they take to come.
  const std::int64_t each = nanoseconds(std::chrono::seconds(1)).count() / rate.per_second;
  const auto spare = static_cast<std::int64_t>(rate.burst - std::min<std::size_t>(events, rate.burst));
  const std::int64_t now_ns = nanoseconds(now.time_since_epoch()).count();
  const std::uint64_t hash = hash_bytes({reinterpret_cast<const char*>(&sender), sizeof sender}, seed_);

  Shard& shard = shards_[hash % shard_count];
  const std::lock_guard lock(shard.mutex);
  if (!shard.sets) shard.sets = std::make_unique<std::array<Set, sets_per_shard>>();
  Bucket& bucket = bucket_of((*shard.sets)[hash / shard_count % sets_per_shard], sender, now_ns);
  const std::int64_t missing = bucket.full_at - now_ns;
  if (missing > spare * each) return nanoseconds(missing - spare * each);
  bucket.full_at += static_cast<std::int64_t>(events) * each;
  return nanoseconds::zero();
}

RateLimit::Bucket& RateLimit::bucket_of(Set& set, std::uint64_t sender, std::int64_t now) noexcept {
  const auto found = std::find_if(set.begin(), set.end(), [&](const Bucket& b) { return b.sender == sender; });
  Bucket& bucket =
      found != set.end() ? *found : *std::min_element(set.begin(), set.end(), [](const Bucket& a, const Bucket& b) {
        return a.full_at < b.full_at;
      });
  if (bucket.sender != sender) bucket = {sender, now};
  bucket.full_at = std::max(bucket.full_at, now);
  return bucket;
}

}  // namespace oneshot::app
