// SPDX-License-Identifier: MIT
// A second look at a text that has been refused: the parser is fast, and does not tell where it stopped.
#include "json/fault_place.hpp"

#include <algorithm>

#include "base/byte_set.hpp"
#include "base/text.hpp"

namespace oneshot::json {
namespace {

constexpr std::size_t at_a_glance = 80;
constexpr std::size_t shown_bytes = 20;

class Walk {
 public:
  Walk(std::string_view text, std::size_t max_depth) noexcept : text_(text), max_depth_(max_depth) {}

  /// How far the text is one value and nothing else.
  std::size_t whole() noexcept {
    has_value_ = value(0);
    if (has_value_) skip_blanks();
    return at_;
  }
  [[nodiscard]] bool found_none() const noexcept { return has_value_ && at_ == text_.size(); }

 private:
  [[nodiscard]] char next() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char wanted) noexcept {
    if (next() != wanted || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void skip_blanks() noexcept {
    while (next() == ' ' || next() == '\t' || next() == '\n' || next() == '\r') ++at_;
  }

  bool value(std::size_t depth) noexcept {
    skip_blanks();
    switch (next()) {
      case '{':
        return depth < max_depth_ && list('}', depth, true);
      case '[':
        return depth < max_depth_ && list(']', depth, false);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool list(char end, std::size_t depth, bool named) noexcept {
    ++at_;
    skip_blanks();
    if (take(end)) return true;
    do {
      if (named && !name()) return false;
      if (!value(depth + 1)) return false;
      skip_blanks();
    } while (take(','));
    return take(end);
  }

  bool name() noexcept {
    skip_blanks();
    if (!string()) return false;
    skip_blanks();
    return take(':');
  }

  bool string() noexcept {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      if (take('"')) return true;
      if (static_cast<unsigned char>(next()) < ' ') return false;
      at_ = std::min(at_ + (next() == '\\' ? 2 : 1), text_.size());
    }
    return false;
  }

  bool word(std::string_view wanted) noexcept {
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return !is_letter(next()) && !is_digit(next());
  }

  bool digits() noexcept {
    const std::size_t before = at_;
    while (is_digit(next())) ++at_;
    return at_ > before;
  }

  bool number() noexcept {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  bool has_value_ = false;
};

}  // namespace

std::size_t first_fault(std::string_view text, std::size_t max_depth) noexcept { return Walk(text, max_depth).whole(); }

std::string place_of_fault(std::string_view text, std::size_t max_depth) {
  const auto line_ends = std::ranges::count(text, '\n');
  if (line_ends == 0 && text.size() <= at_a_glance) return {};
  Walk walk(text, max_depth);
  const std::string_view good = text.substr(0, walk.whole());
  if (walk.found_none()) return {};
  const std::size_t line_begin = good.rfind('\n') + 1;  // 0 where there is none
  // Characters, not bytes: those of UTF-8 that go on are none of their own.
  const auto before = std::ranges::count_if(good.substr(line_begin), [](char c) { return (c & '\xC0') != '\x80'; });
  std::string place = ": ";
  if (line_ends > 0) place += "line " + std::to_string(std::ranges::count(good, '\n') + 1) + ", ";
  place += "character " + std::to_string(before + 1);
  if (good.size() == text.size()) return place + ", where it ends";
  const std::string_view rest = text.substr(good.size());
  return place + ", before " + quoted(rest.substr(0, rest.find('\n')), shown_bytes);
}

}  // namespace oneshot::json
