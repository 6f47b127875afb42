// SPDX-License-Identifier: MIT
#include "settings/sources/toml_ascii.hpp"

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace oneshot::settings {

namespace {

using Step = Result<void, TomlError>;

bool is_ascii_char(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }

/// `\U000000E9` for one UTF-8 character of two to four bytes.
void append_escape(std::string& out, std::string_view character) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  unsigned code_point = static_cast<unsigned char>(character[0]) & (0x7FU >> character.size());
  for (const char c : character.substr(1)) code_point = code_point << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  out += "\\U";
  for (unsigned shift = 32; shift > 0; shift -= 4) out += digits[code_point >> (shift - 4) & 0xFU];
}

class Translation {
 public:
  explicit Translation(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  Result<std::string, TomlError> run() && {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      Step done = c == '#' ? comment() : c == '"' || c == '\'' ? quoted() : bare();
      if (!done) return Unexpected{std::move(done.error())};
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] Unexpected<TomlError> error(std::string what) const {
    return Unexpected{TomlError{line_, std::move(what)}};
  }

  /// The character at `at`, of any length.
  [[nodiscard]] Result<std::string_view, TomlError> character(std::size_t at) const {
    const std::string_view rest = text_.substr(at);
    const std::size_t length = utf8_sequence(rest);
    if (length == 0) return error('"' + printable(rest.substr(0, 1)) + "\" is not UTF-8");
    return rest.substr(0, length);
  }

  /// toml++ takes a quote or bracket there for a part of the word, and what follows as being outside of quotes.
  [[nodiscard]] bool in_a_word() const noexcept {
    constexpr std::string_view may_precede = " \t\r\n=[{,.";
    return at_ > 0 && may_precede.find(text_[at_ - 1]) == std::string_view::npos;
  }

  void copy(std::size_t bytes) {
    out_ += text_.substr(at_, bytes);
    at_ += bytes;
  }

  Step escape_character() {
    const auto found = character(at_);
    if (!found) return Unexpected{found.error()};
    append_escape(out_, *found);
    at_ += found->size();
    return {};
  }

  /// Up to the end of the line. ASCII stays, for toml++ refuses control characters in comments. The other characters
  /// leave a mark: without them a lone CR could meet the LF.
  Step comment() {
    while (at_ < text_.size() && text_[at_] != '\n') {
      const auto found = character(at_);
      if (!found) return Unexpected{found.error()};
      out_ += found->size() == 1 ? found->front() : '?';
      at_ += found->size();
    }
    return {};
  }

  Step quoted() {
    if (in_a_word()) return error("a quote may not stand in the middle of a word");
    const char quote = text_[at_];
    const std::string_view next_two = text_.substr(at_ + 1, 2);
    if (next_two.size() == 2 && next_two[0] == quote && next_two[1] == quote) {
      return error("a text must be in one line, in \"\" or ''");
    }
    return quote == '"' ? basic() : literal();
  }

  /// A text in "". If its end is missing, toml++ complains.
  Step basic() {
    copy(1);
    while (at_ < text_.size() && text_[at_] != '\n') {
      const char c = text_[at_];
      if (!is_ascii_char(c)) {
        if (Step done = escape_character(); !done) return done;
      } else if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
        // "\é" must not become "\\U000000E9", an escaped backslash.
        const auto escaped = character(at_ + 1);
        if (!escaped) return Unexpected{escaped.error()};
        if (escaped->size() > 1) return error("a backslash may not stand before \"" + printable(*escaped) + '"');
        copy(2);
      } else {
        copy(1);
        if (c == '"') break;
      }
    }
    return {};
  }

  /// A text in ''. One that is all ASCII stays; any other becomes a text in "", since '' has no escapes.
  Step literal() {
    const std::size_t end = std::min(text_.find_first_of("'\n", at_ + 1), text_.size());
    if (is_ascii(text_.substr(at_, end - at_))) {
      copy(end - at_ + (end < text_.size() && text_[end] == '\'' ? 1 : 0));
      return {};
    }
    out_ += '"';
    ++at_;
    while (at_ < end) {
      if (!is_ascii_char(text_[at_])) {
        if (Step done = escape_character(); !done) return done;
      } else {
        if (text_[at_] == '"' || text_[at_] == '\\') out_ += '\\';
        copy(1);
      }
    }
    if (end < text_.size() && text_[end] == '\'') {
      out_ += '"';
      ++at_;
    }
    return {};
  }

  /// One character outside of quotes and comments.
  Step bare() {
    constexpr int most_dots = 1000;
    const char c = text_[at_];
    if (!is_ascii_char(c)) {
      const auto found = character(at_);
      if (!found) return Unexpected{found.error()};
      return error('"' + printable(*found) + "\" may stand only in quotes and comments");
    }
    if ((c == '[' || c == '{') && in_a_word())
      return error(std::string("a ") + c + " may not stand in the middle of a word");
    if (c == '.' && ++dots_ > most_dots) return error("too many dots outside of quotes");
    if (c == '\n') ++line_;
    copy(1);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  int dots_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string, TomlError> ascii_only(std::string_view text) { return Translation(text).run(); }

}  // namespace oneshot::settings
