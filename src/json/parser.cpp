// SPDX-License-Identifier: MIT
// The words for what is wrong are ours: simdjson's differ between its versions, and name its own functions.
#include "json/parser.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <string>
#include <type_traits>

#include "base/byte_set.hpp"
#include "json/fault_place.hpp"
#include "json/library.hpp"

namespace oneshot::json {
namespace {

static_assert(std::is_trivially_copyable_v<dom::element> && sizeof(dom::element) == sizeof(Place));

constexpr std::size_t first_capacity = 1024;

std::string_view without_byte_order_mark(std::string_view text) noexcept {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

/// A word of another language that stands for a value: `NaN` of JavaScript and Python's json, `True` of Python's print.
[[gnu::cold]] std::string_view foreign_word(std::string_view text) {
  constexpr std::array<std::string_view, 7> words = {"NaN",   "-Infinity", "Infinity", "True",
                                                     "False", "None",      "undefined"};
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_text && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_text = !in_text;
    } else if (!in_text && (i == 0 || !is_letter(text[i - 1]))) {
      for (const std::string_view word : words)
        if (text.substr(i).starts_with(word)) return word;
    }
  }
  return {};
}

[[gnu::cold]] std::string foreign(std::string_view word) {
  std::string text(word);
  text += " is no JSON: ";
  if (word == "None" || word == "undefined") return text + "write null, or leave the member out";
  if (word == "True" || word == "False") return text + "write true and false";
  return text + "put it into quotes";
}

[[gnu::cold]] std::string words_for(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY:
      return "it is empty";
    case simdjson::MEMALLOC:
      return "no memory is left to read it";
    case simdjson::DEPTH_ERROR:
      return "it is nested deeper than " + std::to_string(Parser::max_depth) + " objects and lists";
    case simdjson::STRING_ERROR:
      return "a text has an escape that is none, or half of a surrogate pair";
    case simdjson::UNESCAPED_CHARS:
      return R"(a text has a raw control character: write a line end as \n)";
    case simdjson::UNCLOSED_STRING:
      return "it ends inside a text";
    case simdjson::UTF8_ERROR:
      return "it is not valid UTF-8";
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR:
      return "a word is neither true nor false nor null: write a text in double quotes";
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
      return "a number is malformed or too large: put it into quotes";
    case simdjson::TAPE_ERROR:
      return "a comma, colon, bracket or value is missing, or one too many is there";
    default:
      return simdjson::error_message(error);
  }
}

/// Of what a second look finds: the parser itself does not tell where it stopped.
[[gnu::cold]] std::string place_in(std::string_view text, simdjson::error_code error) {
  switch (error) {
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR:
    case simdjson::TAPE_ERROR:
      return place_of_fault(text, Parser::max_depth);
    default:
      return {};
  }
}

}  // namespace

struct Parser::Buffers {
  dom::parser parser;
  std::unique_ptr<char[]> text;  // with what simdjson may read behind the text
};

Parser::Parser(std::size_t max_text_bytes) : max_text_bytes_(max_text_bytes) {}
Parser::~Parser() = default;

Result<Value> Parser::parse(std::string_view text) {
  text = without_byte_order_mark(text);
  if (text.empty()) return Unexpected{words_for(simdjson::EMPTY)};
  if (text.size() > max_text_bytes_)
    return Unexpected{"it is longer than " + std::to_string(max_text_bytes_) + " bytes"};
  if (text.size() > capacity_ && !make_room(text.size())) return Unexpected{words_for(simdjson::MEMALLOC)};
  char* const copy = buffers_->text.get();
  std::memcpy(copy, text.data(), text.size());
  std::memset(copy + text.size(), ' ', simdjson::SIMDJSON_PADDING);
  dom::element root;
  const simdjson::error_code error = buffers_->parser.parse(copy, text.size(), false).get(root);
  if (error == simdjson::SUCCESS) return Value(place_of(root));
  const std::string_view word = foreign_word(text);
  return Unexpected{word.empty() ? words_for(error) + place_in(text, error) : foreign(word)};
}

bool Parser::make_room(std::size_t size) {
  const std::size_t capacity = std::max(first_capacity, std::bit_ceil(size));
  let_go();  // first: not both at once
  buffers_ = std::make_unique<Buffers>();
  buffers_->text.reset(new (std::nothrow) char[capacity + simdjson::SIMDJSON_PADDING]);
  // simdjson counts the value itself too.
  if (!buffers_->text || buffers_->parser.allocate(capacity, max_depth + 1) != simdjson::SUCCESS) {
    let_go();
    return false;
  }
  capacity_ = capacity;
  return true;
}

void Parser::let_go() noexcept {
  buffers_.reset();
  capacity_ = 0;
}

}  // namespace oneshot::json
