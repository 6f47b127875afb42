// SPDX-License-Identifier: MIT
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace oneshot {

/// The key of a hash. Clients do not know it, so they cannot make texts that collide.
enum class Seed : std::uint64_t {};

/// Not 0, from the kernel's random numbers. Any thread.
[[nodiscard]] Seed random_seed() noexcept;

/// XXH3 with a key: every bit can be used, and equal bytes have equal hashes on every machine. Two texts that a client
/// chose without knowing the key collide as rarely as any two. It is no signature: a client that saw hashes could work
/// out the key, so hashes are never shown. The storage file contains them (storage/format.hpp).
[[nodiscard]] inline std::uint64_t hash_bytes(std::string_view bytes, Seed seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), static_cast<std::uint64_t>(seed));
}

}  // namespace oneshot
