// SPDX-License-Identifier: MIT
#include "support/colliding_labels.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <random>

namespace oneshot::test {
namespace {

constexpr std::uint64_t k1 = 0x9E3779B97F4A7C15U;
constexpr std::uint64_t k2 = 0x6A09E667F3BCC909U;
constexpr std::uint64_t k3 = 0xBB67AE8584CAA73BU;
constexpr std::uint64_t length = 36;

constexpr std::uint64_t mix(std::uint64_t state, std::uint64_t word) { return std::rotl(state + word * k2, 31) * k1; }
/// Of an odd number modulo 2^64, by Newton's method.
constexpr std::uint64_t inverse(std::uint64_t odd) {
  std::uint64_t x = odd;
  for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
  return x;
}
static_assert(k2 * inverse(k2) == 1);

std::uint64_t word_of(std::string_view bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data(), bytes.size());
  return word;
}
/// A byte that stands in a label's text as it is.
bool is_plain(char c) { return c > 0 && c != '"' && c != '\\' && c != '\n'; }

constexpr std::uint64_t first_state = k1 ^ length * k3;  // of the lane of the first and the third word

}  // namespace

std::uint64_t hash_of_0_1_0(std::string_view text) {
  const std::uint64_t a = mix(mix(first_state, word_of(text.substr(0, 8))), word_of(text.substr(16, 8)));
  std::uint64_t b = mix(mix(k3, word_of(text.substr(8, 8))), word_of(text.substr(24, 8)));
  b = mix(b, word_of(text.substr(32)));
  std::uint64_t h = a ^ std::rotl(b, 29) * k2;
  h = (h ^ (h >> 32U)) * k1;
  h = (h ^ (h >> 29U)) * k3;
  return h ^ (h >> 32U);
}

std::vector<std::string> colliding_labels(std::size_t count) {
  std::vector<std::string> all;
  std::string text = "a=\"-----________--------________---\"";
  // The first word is dice; the third is solved so that the lane ends as that of this text does.
  const std::uint64_t wanted = mix(first_state, word_of("a=\"-----")) + word_of("--------") * k2;
  std::minstd_rand dice(1);
  while (all.size() < count) {
    for (std::size_t i = 3; i < 8; ++i) {
      do {
        text[i] = static_cast<char>(dice() % 128);
      } while (!is_plain(text[i]));
    }
    const std::uint64_t solved = (wanted - mix(first_state, word_of(text.substr(0, 8)))) * inverse(k2);
    const auto bytes = std::bit_cast<std::array<char, 8>>(solved);
    if (!std::ranges::all_of(bytes, is_plain)) continue;
    std::ranges::copy(bytes, text.begin() + 16);
    all.push_back(text);
  }
  return all;
}

std::string form_of(std::string_view labels) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string form = "a=";
  for (const char c : labels.substr(3, labels.size() - 4)) {
    form += '%';
    form += digits[static_cast<unsigned char>(c) >> 4];
    form += digits[static_cast<unsigned char>(c) & 15];
  }
  return form;
}

}  // namespace oneshot::test
