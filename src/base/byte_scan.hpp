// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// Searches in what is looked at from end to end with each request: lines of some dozen bytes, sixteen at a time where
// the processor has SSE2, as each x86-64 does, else eight. On those memchr() and a look at a table for each byte cost
// several times as much.

namespace oneshot {
namespace byte_scan {

using Word = std::uint64_t;  // eight bytes, the first one lowest
inline constexpr Word each = 0x0101010101010101U;
inline constexpr Word high = each * 0x80;

// Each of these gives a word in which the high bit of the first byte that belongs is set, and no bit before it. Behind
// it a borrow may have set others too.
[[nodiscard]] constexpr Word equal_to(Word word, char c) noexcept {
  const Word difference = word ^ (each * static_cast<unsigned char>(c));
  return (difference - each) & ~difference & high;
}
[[nodiscard]] constexpr Word below(Word word, unsigned char limit) noexcept {  // limit is at most 0x80
  return (word - each * limit) & ~word & high;
}
[[nodiscard]] constexpr Word above(Word word, unsigned char limit) noexcept {  // limit is at most 0x7F
  return (((word & ~high) + each * (0x7FU - limit)) | word) & high;
}

// These mark no byte but those that belong.
/// From the one to the other, both below 0x80.
[[nodiscard]] constexpr Word within(Word word, char first, char last) noexcept {
  return above(word, static_cast<unsigned char>(first - 1)) & ~above(word, static_cast<unsigned char>(last));
}
/// Those that are not marked so.
[[nodiscard]] constexpr Word others(Word marked) noexcept { return ~marked & high; }
/// Letters become small ones, as some other bytes become others.
[[nodiscard]] constexpr Word small(Word word) noexcept { return word | each * 0x20; }

// Where the first of them is.
[[nodiscard]] constexpr bool is_any(Word found) noexcept { return found != 0; }
[[nodiscard]] constexpr std::size_t place(Word found) noexcept {
  return static_cast<std::size_t>(std::countr_zero(found)) / 8;
}

template <class Part>
[[nodiscard]] Part load(const char* from) noexcept {
  Part part = 0;
  std::memcpy(&part, from, sizeof part);
  if constexpr (std::endian::native == std::endian::big) {
    Part swapped = 0;
    for (std::size_t i = 0; i < sizeof part; ++i) swapped = static_cast<Part>(swapped << 8U | (part >> 8 * i & 0xFFU));
    return swapped;
  }
  return part;
}

/// Fewer than eight bytes, and zeros behind them.
[[nodiscard]] inline Word load_short(std::string_view text) noexcept {
  const std::size_t size = text.size();
  const char* const from = text.data();
  if (size >= 4)
    return load<std::uint32_t>(from) | Word{load<std::uint32_t>(from + size - 4)} << 8 * (size - 4);  // they overlap
  if (size == 0) return 0;
  const auto byte = [from](std::size_t at) { return Word{static_cast<unsigned char>(from[at])} << 8 * at; };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

#ifdef __SSE2__
/// Sixteen bytes. What belongs is marked by all bits of its byte.
struct Block {
  explicit Block(__m128i all) noexcept : bytes(all) {}
  explicit Block(Word first, Word second = 0) noexcept
      : bytes(_mm_set_epi64x(static_cast<long long>(second), static_cast<long long>(first))) {}
  __m128i bytes;
  friend Block operator|(Block a, Block b) noexcept { return Block(_mm_or_si128(a.bytes, b.bytes)); }
};

[[nodiscard]] inline Block each_of(int byte) noexcept { return Block(_mm_set1_epi8(static_cast<char>(byte))); }
[[nodiscard]] inline Block equal_to(Block block, char c) noexcept {
  return Block(_mm_cmpeq_epi8(block.bytes, _mm_set1_epi8(c)));
}
[[nodiscard]] inline Block below(Block block, unsigned char limit) noexcept {  // limit is not 0
  return Block(_mm_cmpeq_epi8(_mm_min_epu8(block.bytes, each_of(limit - 1).bytes), block.bytes));
}
[[nodiscard]] inline Block above(Block block, unsigned char limit) noexcept {  // limit is not 0xFF
  return Block(_mm_cmpeq_epi8(_mm_max_epu8(block.bytes, each_of(limit + 1).bytes), block.bytes));
}
[[nodiscard]] inline Block within(Block block, char first, char last) noexcept {
  const __m128i above_first = _mm_sub_epi8(block.bytes, _mm_set1_epi8(first));
  return Block(_mm_cmpeq_epi8(_mm_min_epu8(above_first, each_of(last - first).bytes), above_first));
}
[[nodiscard]] inline Block others(Block marked) noexcept {
  return Block(_mm_cmpeq_epi8(marked.bytes, _mm_setzero_si128()));
}
[[nodiscard]] inline Block small(Block block) noexcept { return block | each_of(0x20); }
[[nodiscard]] inline unsigned mask(Block found) noexcept {
  return static_cast<unsigned>(_mm_movemask_epi8(found.bytes));
}
[[nodiscard]] inline bool is_any(Block found) noexcept { return mask(found) != 0; }
[[nodiscard]] inline std::size_t place(Block found) noexcept {
  return static_cast<std::size_t>(std::countr_zero(mask(found)));
}
template <>
[[nodiscard]] inline Block load<Block>(const char* from) noexcept {
  return Block(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
#else
using Block = Word;
#endif

/// In a text of at least one such part.
template <class Part, class Marked>
[[nodiscard]] std::size_t find_by(std::string_view text, Marked marked) noexcept {
  constexpr std::size_t step = sizeof(Part);
  std::size_t at = 0;
  for (; at + step <= text.size(); at += step)
    if (const Part found = marked(load<Part>(text.data() + at)); is_any(found)) return at + place(found);
  at = text.size() - step;  // once more some of those where nothing was found
  const Part found = marked(load<Part>(text.data() + at));
  return is_any(found) ? at + place(found) : text.size();
}

/// In fewer than eight bytes.
template <class Part, class Marked>
[[nodiscard]] std::size_t find_in_short(std::string_view text, Marked marked) noexcept {
  const Part found = marked(Part{load_short(text)});
  return is_any(found) ? std::min(place(found), text.size()) : text.size();
}

#ifdef __SSE2__
/// In a text of eight to sixteen bytes: its first eight and its last eight, which may overlap.
template <class Marked>
[[nodiscard]] std::size_t find_in_two_words(std::string_view text, Marked marked) noexcept {
  const char* const last = text.data() + text.size() - sizeof(Word);
  const Block found = marked(Block{load<Word>(text.data()), load<Word>(last)});
  if (!is_any(found)) return text.size();
  const std::size_t at = place(found);
  return at < sizeof(Word) ? at : at + text.size() - sizeof(Block);
}
#endif

/// `marked` takes a Word and, where there is one, a Block.
template <class Marked>
[[nodiscard]] std::size_t find(std::string_view text, Marked marked) noexcept {
  if (text.size() >= sizeof(Block)) return find_by<Block>(text, marked);
#ifdef __SSE2__
  if (text.size() >= sizeof(Word)) return find_in_two_words(text, marked);
#endif
  return find_in_short<Block>(text, marked);
}

}  // namespace byte_scan

// Where the first such byte stands in the text, or the text's size.

[[nodiscard]] inline std::size_t find_byte(std::string_view text, char c) noexcept {
  return byte_scan::find(text, [c](auto part) { return byte_scan::equal_to(part, c); });
}

/// One of the two, the blank, or below 0x20.
[[nodiscard]] inline std::size_t find_any_of_or_blank(std::string_view text, char a, char b) noexcept {
  return byte_scan::find(text, [=](auto part) {
    return byte_scan::equal_to(part, a) | byte_scan::equal_to(part, b) | byte_scan::below(part, 0x21);
  });
}

/// Below 0x20.
[[nodiscard]] inline std::size_t find_control(std::string_view text) noexcept {
  return byte_scan::find(text, [](auto part) { return byte_scan::below(part, 0x20); });
}

/// This one, or below 0x20.
[[nodiscard]] inline std::size_t find_byte_or_control(std::string_view text, char c) noexcept {
  return byte_scan::find(text, [c](auto part) { return byte_scan::equal_to(part, c) | byte_scan::below(part, 0x20); });
}

/// A control byte (0x7F is one too), or one of a character beyond ASCII.
[[nodiscard]] inline std::size_t find_unprintable(std::string_view text) noexcept {
  return byte_scan::find(text, [](auto part) { return byte_scan::below(part, 0x20) | byte_scan::above(part, 0x7E); });
}

/// Neither a letter nor a digit, `-` or `.`, which names of headers and of hosts are mostly made of.
[[nodiscard]] inline std::size_t find_other_than_name(std::string_view text) noexcept {
  return byte_scan::find(text, [](auto part) {
    using namespace byte_scan;
    return others(within(small(part), 'a', 'z') | within(part, '0', '9') | within(part, '-', '.'));
  });
}

/// Neither a letter nor a digit or `_`.
[[nodiscard]] inline std::size_t find_other_than_word(std::string_view text) noexcept {
  return byte_scan::find(text, [](auto part) {
    using namespace byte_scan;
    return others(within(small(part), 'a', 'z') | within(part, '0', '9') | within(part, '_', '_'));
  });
}

/// One of these, or one of a character beyond ASCII.
template <char... chars>
[[nodiscard]] std::size_t find_any_of_or_non_ascii(std::string_view text) noexcept {
  return byte_scan::find(
      text, [](auto part) { return (byte_scan::above(part, 0x7F) | ... | byte_scan::equal_to(part, chars)); });
}

/// One of a character beyond ASCII.
[[nodiscard]] inline std::size_t find_non_ascii(std::string_view text) noexcept {
  return byte_scan::find(text, [](auto part) { return byte_scan::above(part, 0x7F); });
}

/// The blank, or one that find_unprintable() finds.
[[nodiscard]] inline std::size_t find_blank_or_unprintable(std::string_view text) noexcept {
  return byte_scan::find(text, [](auto part) { return byte_scan::below(part, 0x21) | byte_scan::above(part, 0x7E); });
}

/// One of these, or one that find_blank_or_unprintable() finds.
template <char... chars>
[[nodiscard]] std::size_t find_any_of_or_blank_or_unprintable(std::string_view text) noexcept {
  return byte_scan::find(text, [](auto part) {
    return ((byte_scan::below(part, 0x21) | byte_scan::above(part, 0x7E)) | ... | byte_scan::equal_to(part, chars));
  });
}

}  // namespace oneshot
