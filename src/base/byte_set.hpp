// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace oneshot {

// ASCII only, whatever the locale, which <cctype> asks.
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Which of the 256 bytes belong together. Asked with one look at a table, for what is read byte by byte: the
/// standard library's find_first_of() searches the whole set anew for each byte.
class ByteSet {
 public:
  /// All bytes for which `belongs(char)` holds; made while compiling.
  template <class Belongs>
  consteval explicit ByteSet(Belongs belongs) {
    for (std::size_t byte = 0; byte < has_.size(); ++byte) has_[byte] = belongs(static_cast<char>(byte));
  }

  [[nodiscard]] constexpr bool has(char c) const noexcept { return has_[static_cast<unsigned char>(c)]; }

  /// Where the first byte of the set stands in the text, or the text's size.
  [[nodiscard]] constexpr std::size_t find_in(std::string_view text) const noexcept {
    std::size_t at = 0;
    while (at < text.size() && !has(text[at])) ++at;
    return at;
  }
  /// Where the first byte that is not of the set stands in the text, or the text's size.
  [[nodiscard, gnu::always_inline]] constexpr std::size_t find_other_in(std::string_view text) const noexcept {
    std::size_t at = 0;
    while (at + 4 <= text.size() && has_four(text.data() + at)) at += 4;
    while (at < text.size() && has(text[at])) ++at;
    return at;
  }
  [[nodiscard]] constexpr bool has_all_of(std::string_view text) const noexcept {
    return find_other_in(text) == text.size();
  }

 private:
  /// With one jump.
  [[nodiscard]] constexpr bool has_four(const char* at) const noexcept {
    return (int{has(at[0])} & int{has(at[1])} & int{has(at[2])} & int{has(at[3])}) != 0;
  }

  std::array<bool, 256> has_{};
};

}  // namespace oneshot
