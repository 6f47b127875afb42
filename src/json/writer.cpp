// SPDX-License-Identifier: MIT
#include "json/writer.hpp"

#include <cmath>
#include <cstddef>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace oneshot::json {
namespace {

constexpr std::string_view no_utf8 = "\xEF\xBF\xBD";  // U+FFFD

bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// A control character, a quote or a backslash.
void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += c;
      return;
    case '\n':
      out += 'n';
      return;
    case '\t':
      out += 't';
      return;
    default:
      out.append("u00").append(1, digits[static_cast<unsigned char>(c) >> 4U]);
      out += digits[static_cast<unsigned char>(c) & 0xFU];
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size() && is_plain(text[size])) ++size;
    out.append(text.substr(0, size));
    text.remove_prefix(size);
    if (text.empty()) return;
    const bool ascii = static_cast<unsigned char>(text.front()) < 0x80;
    const std::size_t character = ascii ? 1 : utf8_sequence(text);
    if (ascii)
      append_escape(out, text.front());
    else
      out.append(character == 0 ? no_utf8 : text.substr(0, character));
    text.remove_prefix(character == 0 ? 1 : character);
  }
}

Writer& Writer::member(std::string_view name) {
  value(name);
  out_ += ':';
  first_ = true;
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  out_ += '"';
  append_escaped(out_, text);
  out_ += '"';
  return *this;
}

Writer& Writer::value(double number) {
  std::string text;
  append_number(text, number);
  return std::isfinite(number) ? word(text) : value(std::string_view(text));
}

Writer& Writer::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

Writer& Writer::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

Writer& Writer::word(std::string_view text) {
  separate();
  out_ += text;
  return *this;
}

Writer& Writer::whole(std::uint64_t number) {
  separate();
  append_unsigned(out_, number);
  return *this;
}

Writer& Writer::integer(std::int64_t number) {
  separate();
  append_signed(out_, number);
  return *this;
}

void Writer::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

}  // namespace oneshot::json
