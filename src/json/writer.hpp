// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace oneshot::json {

/// Appends JSON (RFC 8259) to a text, value by value: it puts the commas and escapes what has to be. What is opened has
/// to be closed by the caller. Whatever the bytes of a string are, the text is valid: what is no UTF-8 becomes U+FFFD.
///
///     Writer(out).object().member("events", 3).member("names").list().value("a").end_list().end_object();
class Writer {
 public:
  explicit Writer(std::string& out) noexcept : out_(out) {}

  Writer& object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& list() { return open('['); }
  Writer& end_list() { return close(']'); }

  /// The name of a member; its value comes next.
  Writer& member(std::string_view name);
  template <class T>
  Writer& member(std::string_view name, const T& given) {
    return member(name).value(given);
  }

  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  /// NaN and the infinities, which JSON has not, are strings: "NaN", "+Inf", "-Inf".
  Writer& value(double number);
  Writer& value(bool truth) { return word(truth ? "true" : "false"); }
  template <std::integral T>
  requires(!std::same_as<T, bool>) Writer& value(T number) {
    if constexpr (std::signed_integral<T>)
      return integer(number);
    else
      return whole(number);
  }
  Writer& null() { return word("null"); }

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  Writer& word(std::string_view text);
  Writer& whole(std::uint64_t number);
  Writer& integer(std::int64_t number);
  void separate();

  std::string& out_;
  bool first_ = true;  // nothing stands before the next value in its object or list, or its name does
};

}  // namespace oneshot::json
