// SPDX-License-Identifier: MIT
#include "settings/toml_guard.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace oneshot::settings {

namespace {

/// Behind the closing quote; at the end of the line if there is none, about which toml++ will complain.
std::size_t behind_quotes(std::string_view text, std::size_t opening) noexcept {
  const char quote = text[opening];
  for (std::size_t at = opening + 1; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == quote) return at + 1;
    if (text[at] == '\\' && quote == '"' && at + 1 < text.size() && text[at + 1] != '\n') ++at;
  }
  return std::min(text.find('\n', opening), text.size());
}

/// toml++ takes a quote or bracket there for a part of the word, and what follows as being outside of quotes.
bool in_a_word(std::string_view text, std::size_t at) noexcept {
  constexpr std::string_view may_precede = " \t\r\n=[{,.";
  return at > 0 && may_precede.find(text[at - 1]) == std::string_view::npos;
}

/// An escape for one of the characters that to_private_characters puts in.
bool names_private_character(std::string_view text) noexcept {
  constexpr std::string_view escape = "\\U0010ff";
  return text.starts_with("\\U") && text.size() > escape.size() && text[escape.size()] < '8' &&
         equals_ignoring_case(text.substr(0, escape.size()), escape);
}

std::optional<Obstacle> find_untranslatable(std::string_view text) {
  unsigned line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text.substr(at));
    if (length == 0) return Obstacle{line, '"' + printable(text.substr(at, 1)) + "\" is not UTF-8"};
    if (names_private_character(text.substr(at))) {
      return Obstacle{line, "the characters \\U0010FF00 to \\U0010FF7F cannot be read"};
    }
    if (text[at] == '\n') ++line;
    at += length;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Obstacle> find_obstacle(std::string_view text) {
  constexpr int most_dots = 1000;
  if (auto found = find_untranslatable(text)) return found;
  unsigned line = 1;
  int dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (c == '"' || c == '\'') {
      if (in_a_word(text, at)) return Obstacle{line, "a quote may not stand in the middle of a word"};
      const std::string_view three = text.substr(at, 3);
      if (three.size() == 3 && three[1] == c && three[2] == c) {
        return Obstacle{line, "a text must be in one line, in \"\" or ''"};
      }
      at = behind_quotes(text, at);
    } else if ((c == '[' || c == '{') && in_a_word(text, at)) {
      return Obstacle{line, std::string("a ") + c + " may not stand in the middle of a word"};
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return Obstacle{line, '"' + printable(text.substr(at, utf8_sequence(text.substr(at)))) +
                                "\" may stand only in quotes and comments"};
    } else {
      if (c == '\n') ++line;
      if (c == '.' && ++dots > most_dots) return Obstacle{line, "too many dots outside of quotes"};
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace oneshot::settings
