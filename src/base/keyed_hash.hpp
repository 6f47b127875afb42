// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "base/hash.hpp"

namespace oneshot {

/// For std::unordered_map with texts that clients choose: each table has a key of its own, so nobody makes texts that
/// all go into one bucket.
struct KeyedHash {
  using is_transparent = void;
  Seed seed = random_seed();
  std::size_t operator()(std::string_view text) const noexcept { return hash_bytes(text, seed); }
};

}  // namespace oneshot
