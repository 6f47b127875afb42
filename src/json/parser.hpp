// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "json/value.hpp"

namespace oneshot::json {

/// Reads JSON (RFC 8259) into values. Refused are, beside everything that is no JSON: a nesting deeper than 32 objects
/// and lists, a number that neither a double nor 64 bits can hold, a lone surrogate, anything behind the value. A
/// byte-order mark in front is skipped (RFC 8259 8.1 allows that, and PowerShell writes one). Taken are, as the RFC
/// leaves it open, two members of one name: see doubled_key.hpp.
///
/// One parser serves one thread. It copies the text, keeps its buffers (15 bytes for each byte of the longest text so
/// far, and nothing before the first), and so allocates nothing in the steady state.
class Parser {
 public:
  static constexpr std::size_t max_depth = 32;
  /// Buffers for texts up to this size stay (240 KiB).
  static constexpr std::size_t kept_text_bytes = 16 * 1024;

  /// Longer texts are refused.
  explicit Parser(std::size_t max_text_bytes);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// The value of the whole text, or what is wrong with it, to go on behind "not valid JSON: ", as "it is empty" does.
  /// The value lives until the next call of parse() or trim().
  Result<Value> parse(std::string_view text);

  /// Gives the memory of a large text back. To be called when no value is used any more.
  void trim() noexcept {
    if (capacity_ > kept_text_bytes) let_go();
  }

 private:
  struct Buffers;

  [[nodiscard]] bool make_room(std::size_t size);
  void let_go() noexcept;

  std::size_t max_text_bytes_;
  std::size_t capacity_ = 0;  // of the buffers, in bytes of text
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace oneshot::json
