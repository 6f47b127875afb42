// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace oneshot;

namespace {

/// The bytes that a code point would have, surrogates and too large ones included.
std::string encoded(std::uint32_t code_point) {
  const auto tail = [code_point](unsigned shift) { return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {static_cast<char>(0xC0U | (code_point >> 6U)), tail(0)};
  if (code_point < 0x10000) return {static_cast<char>(0xE0U | (code_point >> 12U)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
}

}  // namespace

TEST_CASE("every code point but the surrogates is valid, up to U+10FFFF") {
  for (std::uint32_t code_point = 0; code_point < 0x120000; ++code_point) {
    const std::string bytes = encoded(code_point);
    const bool expected = code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
    if (valid_utf8(bytes) != expected || utf8_sequence(bytes) != (expected ? bytes.size() : 0)) {
      FAIL("U+" << code_point);
    }
  }
}

TEST_CASE("every pair of bytes is judged as RFC 3629 says") {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string bytes = {static_cast<char>(first), static_cast<char>(second)};
      const bool expected =
          (first < 0x80 && second < 0x80) || (first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF);
      if (valid_utf8(bytes) != expected) FAIL(first << ' ' << second);
    }
  }
}

TEST_CASE("overlong forms and cut or stray sequences are not valid") {
  for (const char* const text :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xFE", "\x80", "\xC3", "\xE4\xB8", "\xF0\x9F\x8E", "\xE4(\x96",
        "\xF0\x9F(\x89", "\xED\xA0\x80\xED\xB0\x80"}) {
    CAPTURE(text);
    CHECK_FALSE(valid_utf8(text));
  }
}

TEST_CASE("a bad byte is found at every place of a long text") {
  const std::string good = "0123456789 Grüße 世界 🎉 0123456789abcdef";
  REQUIRE(valid_utf8(good));
  CHECK(valid_utf8(""));
  CHECK(valid_utf8(std::string_view("a\0b", 3)));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = '\xFF';
    CAPTURE(i);
    CHECK_FALSE(valid_utf8(bad));
  }
}
