// SPDX-License-Identifier: MIT
#include "base/byte_scan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/byte_set.hpp"

using namespace oneshot;

namespace {

template <class Belongs>
std::size_t plainly(std::string_view text, Belongs belongs) {
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), belongs) - text.begin());
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }
bool is_unprintable(char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F; }

bool is_no_word(char c) { return !is_letter(c) && !is_digit(c) && c != '_'; }
bool is_no_name(char c) { return !is_letter(c) && !is_digit(c) && c != '-' && c != '.'; }

void check(std::string_view text) {
  CAPTURE(text);
  CHECK(find_byte(text, ':') == plainly(text, [](char c) { return c == ':'; }));
  CHECK(find_byte(text, '\0') == plainly(text, [](char c) { return c == '\0'; }));
  CHECK(find_byte(text, '\xFF') == plainly(text, [](char c) { return c == '\xFF'; }));
  CHECK(find_any_of_or_blank(text, '%', '\xFF') ==
        plainly(text, [](char c) { return c == '%' || c == '\xFF' || c == ' ' || is_control(c); }));
  CHECK(find_non_ascii(text) == plainly(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
  CHECK(find_byte_or_control(text, ':') == plainly(text, [](char c) { return c == ':' || is_control(c); }));
  CHECK(find_control(text) == plainly(text, is_control));
  CHECK(find_unprintable(text) == plainly(text, is_unprintable));
  CHECK(find_blank_or_unprintable(text) == plainly(text, [](char c) { return c == ' ' || is_unprintable(c); }));
  CHECK(find_any_of_or_blank_or_unprintable<'#', ':'>(text) ==
        plainly(text, [](char c) { return c == '#' || c == ':' || c == ' ' || is_unprintable(c); }));
  CHECK(find_any_of_or_non_ascii<'&', '\x7F'>(text) ==
        plainly(text, [](char c) { return c == '&' || c == '\x7F' || static_cast<unsigned char>(c) >= 0x80; }));
  CHECK(find_other_than_name(text) == plainly(text, is_no_name));
  CHECK(find_other_than_word(text) == plainly(text, is_no_word));
}

}  // namespace

TEST_CASE("every byte is found at every place of texts of all sizes") {
  for (std::size_t size = 0; size <= 25; ++size) {
    check(std::string(size, 'a'));
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, '~');
        text[at] = static_cast<char>(byte);
        check(text);
      }
    }
  }
}

TEST_CASE("the first of several is found, whatever stands behind it") {
  const std::string_view odd("\x00\x01\x1F \x20!:~\x7F\x80\xFE\xFF", 12);
  for (const char first : odd) {
    for (const char second : odd) {
      for (std::size_t size = 2; size <= 17; ++size) {
        std::string text(size, 'a');
        text[size / 2] = first;
        text[size / 2 + (size > 2 ? 1 : 0)] = second;
        check(text);
        text[size - 1] = first;
        check(text);
      }
    }
  }
}

TEST_CASE("longer texts are searched to their ends") {
  for (std::size_t size = 26; size <= 70; ++size) {
    check(std::string(size, 'a'));
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text[at] = at % 2 == 0 ? '\n' : ':';
      check(text);
    }
  }
}

TEST_CASE("eight bytes at a time find what sixteen at a time find") {
  const auto belongs = [](auto part) {
    using namespace byte_scan;
    return equal_to(part, '%') | below(part, 0x20) | above(part, 0x7E) | others(within(small(part), '%', 'y'));
  };
  for (std::size_t size = 16; size <= 40; ++size) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(size, 'a');
      text[(static_cast<std::size_t>(byte) * 11U) % size] = static_cast<char>(byte);
      CHECK(byte_scan::find_by<byte_scan::Word>(text, belongs) == byte_scan::find_by<byte_scan::Block>(text, belongs));
    }
  }
}
