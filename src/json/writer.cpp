// SPDX-License-Identifier: MIT
#include "json/writer.hpp"

#include <cmath>

#include "base/json_text.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot::json {

Writer& Writer::member(std::string_view name) {
  value(name);
  out_ += ':';
  first_ = true;
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  out_ += '"';
  append_json_text(out_, text);
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
