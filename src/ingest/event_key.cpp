// SPDX-License-Identifier: MIT
#include "ingest/event_key.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace oneshot::ingest {

event::IdempotencyKey EventKeys::of(std::string_view scope, std::string_view id) {
  constexpr std::string_view end("\0", 1);
  if (!client_.empty()) hash_.add("client ").add(client_).add(end);  // no scope begins so
  const crypto::Digest digest = hash_.add(scope).add(end).add(id).finish();
  event::IdempotencyKey key;
  std::memcpy(&key.high, digest.bytes.data(), sizeof key.high);
  std::memcpy(&key.low, digest.bytes.data() + sizeof key.high, sizeof key.low);
  key.high = std::max<std::uint64_t>(key.high, 1);  // 0 is a free place in the table of keys
  return key;
}

}  // namespace oneshot::ingest
