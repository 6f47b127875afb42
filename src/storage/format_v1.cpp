// SPDX-License-Identifier: MIT
//
// The hash, the checks and the checksums of version 1, word for word as 0.1.0 had them: another result would be another
// format.
#include "storage/format_v1.hpp"

#include <bit>
#include <cstring>

namespace oneshot::storage::v1 {
namespace {

constexpr std::uint64_t k1 = 0x9E3779B97F4A7C15U;
constexpr std::uint64_t k2 = 0x6A09E667F3BCC909U;
constexpr std::uint64_t k3 = 0xBB67AE8584CAA73BU;
constexpr std::uint64_t check_mask = (1U << 10) - 1;

constexpr std::uint64_t mix(std::uint64_t state, std::uint64_t word) noexcept {
  return std::rotl(state + word * k2, 31) * k1;
}

std::uint64_t load(const char* from, std::size_t size) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

std::uint64_t check_of(std::uint64_t content, std::uint64_t salt, std::uint64_t place) noexcept {
  constexpr std::uint64_t polynomial = 0x633ULL << 53;
  std::uint64_t rest = content;
  for (int bit = 63; bit >= 10; --bit) {
    if ((rest >> bit & 1) != 0) rest ^= polynomial >> (63 - bit);
  }
  return (rest ^ mix(mix(k3, salt), place)) & check_mask;
}

}  // namespace

std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t a = k1 ^ (static_cast<std::uint64_t>(left) * k3);
  std::uint64_t b = k3;
  for (; left >= 16; left -= 16, at += 16) {
    a = mix(a, load(at, 8));
    b = mix(b, load(at + 8, 8));
  }
  if (left >= 8) {
    a = mix(a, load(at, 8));
    at += 8;
    left -= 8;
  }
  if (left > 0) b = mix(b, load(at, left));

  std::uint64_t h = a ^ std::rotl(b, 29) * k2;
  h = (h ^ (h >> 32U)) * k1;
  h = (h ^ (h >> 29U)) * k3;
  return h ^ (h >> 32U);
}

std::uint64_t Layout::right_checksum() const noexcept {
  return hash_bytes({reinterpret_cast<const char*>(this), offsetof(Layout, checksum)});
}

std::uint64_t used_word(std::string_view name) noexcept { return hash_bytes(name) | 1; }

std::uint64_t encode(CheckedWord word, std::uint64_t salt, std::uint64_t place) noexcept {
  const std::uint64_t content = word.offset >> 3 << 11 | (word.flag ? 1U : 0U) << 10;
  return content | check_of(content, salt, place);
}

std::optional<CheckedWord> decode(std::uint64_t word, std::uint64_t salt, std::uint64_t place) noexcept {
  const std::uint64_t content = word & ~check_mask;
  if ((word & check_mask) != check_of(content, salt, place)) return std::nullopt;
  return CheckedWord{.offset = content >> 11 << 3, .flag = (content >> 10 & 1) != 0};
}

std::uint64_t Record::size() const noexcept {
  const std::uint64_t length = length_and_flags & max_length;
  return is_padding() ? length : (sizeof(Record) + length + 7) & ~std::uint64_t{7};
}

std::uint32_t Record::right_checksum(std::uint64_t salt, std::uint64_t offset) const noexcept {
  std::uint64_t state = mix(mix(mix(k1, salt), offset), length_and_flags);
  if (!is_padding()) {
    state = mix(state, static_cast<std::uint64_t>(unix_ms));
    state = mix(mix(state, std::bit_cast<std::uint64_t>(value)), series_hash);
  }
  return static_cast<std::uint32_t>(state >> 32);
}

Result<void> check(const Layout& layout, std::uint64_t file_size) {
  if (layout.checksum != layout.right_checksum() || layout.slots != format::slot_count || layout.capacity == 0 ||
      layout.capacity % format::in_flight_offset != 0 || layout.salt == 0) {
    return Unexpected{format::damaged_header};
  }
  if (file_size < ring_offset + layout.capacity)
    return Unexpected{format::too_short_file(file_size, ring_offset + layout.capacity)};
  return {};
}

}  // namespace oneshot::storage::v1
