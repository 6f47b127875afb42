// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <array>
#include <charconv>

#include "base/utf8.hpp"

namespace oneshot {

namespace {

using Digits = std::array<char, 20>;  // the longest numbers of 64 bits, with sign

template <class T>
std::string_view to_digits(Digits& buffer, T value) noexcept {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

/// Valid UTF-8 that a reader does not see, or that changes how he sees the rest: C1 control characters, which some
/// terminals obey, and Unicode's format characters (zero width, line separators, text direction).
bool misleads(std::string_view sequence) noexcept {
  if (sequence.size() == 2) return sequence < "\xC2\xA0";
  if (sequence.size() != 3) return false;
  const auto within = [&](std::string_view first, std::string_view last) {
    return sequence >= first && sequence <= last;
  };
  return within("\xE2\x80\x8B", "\xE2\x80\x8F") || within("\xE2\x80\xA8", "\xE2\x80\xAE") ||
         within("\xE2\x81\xA0", "\xE2\x81\xAF") || sequence == "\xEF\xBB\xBF";
}

/// One character of the text, escaped; three bytes as \xNN are the longest.
struct Piece {
  std::array<char, 12> bytes;
  std::size_t size = 0;
  std::size_t eaten = 1;

  void put(char c) noexcept { bytes[size++] = c; }
  void put_hex(char c) noexcept {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    put('\\');
    put('x');
    put(digits[byte >> 4U]);
    put(digits[byte & 0xFU]);
  }
};

Piece escape_first(std::string_view text) noexcept {
  Piece piece{};
  const char c = text[0];
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    piece.put('\\');
    piece.put(c);
  } else if (c == '\n' || c == '\t') {
    piece.put('\\');
    piece.put(c == '\n' ? 'n' : 't');
  } else if (byte >= 0x20 && byte < 0x7F) {
    piece.put(c);
  } else {
    const std::size_t length = utf8_sequence(text);
    if (byte < 0x80 || length == 0) {
      piece.put_hex(c);
    } else if (const auto sequence = text.substr(0, length); misleads(sequence)) {
      piece.eaten = length;
      for (const char part : sequence) piece.put_hex(part);
    } else {
      piece.eaten = length;
      for (const char part : sequence) piece.put(part);
    }
  }
  return piece;
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_lower(c);
  return lower;
}

bool append_escaped(std::string& out, std::string_view text, std::size_t max_size) {
  while (!text.empty()) {
    const Piece piece = escape_first(text);
    if (out.size() + piece.size > max_size) return false;
    out.append(piece.bytes.data(), piece.size);
    text.remove_prefix(piece.eaten);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t max) {
  std::string out;
  if (!append_escaped(out, text, max)) out += "…";
  return out;
}

std::string quoted(std::string_view text, std::size_t max) { return '"' + printable(text, max) + '"'; }

void append_unsigned(std::string& out, std::uint64_t value) {
  Digits buffer;
  out += to_digits(buffer, value);
}

void append_signed(std::string& out, std::int64_t value) {
  Digits buffer;
  out += to_digits(buffer, value);
}

void append_padded(std::string& out, std::uint64_t value, std::size_t width) {
  Digits buffer;
  const auto digits = to_digits(buffer, value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

}  // namespace oneshot
