// SPDX-License-Identifier: MIT
#include "queue/event_id.hpp"

#include <bit>
#include <cstring>

namespace oneshot::queue {
namespace {

static_assert(std::endian::native == std::endian::little);
static_assert(event_log::RecordId::tag_bits == 40);
constexpr std::size_t place_digits = 14;

/// The digits of `number` at once, in a few instructions: each POST is answered with an id.
void write_eight(char* to, std::uint32_t number) noexcept {
  std::uint64_t x = number;  // half a byte for each digit, and then a byte for each
  x = (x | x << 16) & 0x0000FFFF0000FFFF;
  x = (x | x << 8) & 0x00FF00FF00FF00FF;
  x = (x | x << 4) & 0x0F0F0F0F0F0F0F0F;
  const std::uint64_t letters = (x + 0x0606060606060606) >> 4 & 0x0101010101010101;  // 1 where it is 10 or more
  x = __builtin_bswap64(x + 0x3030303030303030 + letters * ('a' - '0' - 10));
  std::memcpy(to, &x, sizeof x);
}

std::optional<std::uint64_t> read(std::string_view digits) noexcept {
  std::uint64_t number = 0;
  for (const char digit : digits) {
    const bool is_letter = digit >= 'a' && digit <= 'f';
    if (!is_letter && (digit < '0' || digit > '9')) return std::nullopt;
    number = number << 4 | static_cast<std::uint64_t>(is_letter ? digit - 'a' + 10 : digit - '0');
  }
  return number;
}

}  // namespace

void EventId::write(char* to) const noexcept {
  write_eight(to, static_cast<std::uint32_t>(place >> 24));
  write_eight(to + 8, static_cast<std::uint32_t>(place << 8 | tag >> 32));
  write_eight(to + 16, static_cast<std::uint32_t>(tag));
}

std::string EventId::text() const {
  std::string text(digits, '0');
  write(text.data());
  return text;
}

std::optional<EventId> EventId::parse(std::string_view text) noexcept {
  if (text.size() != digits) return std::nullopt;
  const auto place = read(text.substr(0, place_digits));
  const auto tag = read(text.substr(place_digits));
  if (!place || !tag) return std::nullopt;
  return EventId{.place = *place, .tag = *tag};
}

}  // namespace oneshot::queue
