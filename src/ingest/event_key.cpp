// SPDX-License-Identifier: MIT
#include "ingest/event_key.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace oneshot::ingest {

event::IdempotencyKey EventKeys::of(std::string_view scope, std::string_view id) {
  const crypto::Digest digest = hash_.add(scope).add(std::string_view("\0", 1)).add(id).finish();
  event::IdempotencyKey key;
  std::memcpy(&key.high, digest.bytes.data(), sizeof key.high);
  std::memcpy(&key.low, digest.bytes.data() + sizeof key.high, sizeof key.low);
  key.high = std::max<std::uint64_t>(key.high, 1);  // 0 is a free place in the table of keys
  return key;
}

}  // namespace oneshot::ingest
