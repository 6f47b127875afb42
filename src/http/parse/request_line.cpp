// SPDX-License-Identifier: MIT
#include "http/parse/request_line.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/byte_scan.hpp"
#include "base/text.hpp"
#include "http/grammar.hpp"

namespace oneshot::http {
namespace {

constexpr ByteSet method_bytes{[](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_'; }};

/// The shape of all methods in use: GET, M-SEARCH, GET_PARAMETER. RFC 9110 9.1 would allow any token, but
/// methods are case-sensitive, so "get" is a slip and not a method that could be added one day.
bool looks_like_method(std::string_view text) noexcept {
  return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' && method_bytes.has_all_of(text);
}

/// "HTTP/2.0", "HTTP/3": a version, but not one that this server supports.
bool looks_like_version(std::string_view text) {
  if (!text.starts_with("HTTP/")) return false;
  text.remove_prefix(5);
  const bool has_minor = text.size() == 3 && text[1] == '.' && is_digit(text[2]);
  return !text.empty() && is_digit(text.front()) && (text.size() == 1 || has_minor);
}

bool is_later_minor(std::string_view version) {
  return version.size() == 8 && version.starts_with("HTTP/1.") && version.back() >= '2' && version.back() <= '9';
}

/// What is wrong with a line that is not to the letter: the cold path.
Unexpected<ProtocolError> refuse(std::string_view line) {
  const std::size_t bad_byte = find_unprintable(line);
  if (bad_byte != line.size())
    return bad_request("the request line holds the byte " + shown_byte(line[bad_byte]) +
                       " (printable ASCII is allowed)");
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos)
    return bad_request("the request line " + shown(line) +
                       " must be a method, a target and HTTP/1.1, with one space between");
  const auto method = line.substr(0, first);
  if (!looks_like_method(method))
    return bad_request("the method " + shown(method) + " must be a word in capital letters, such as GET");
  const std::size_t last = line.rfind(' ');
  if (first == last)
    return bad_request("the request line " + shown(line) + " has no version (HTTP/1.1 and HTTP/1.0 are supported)");
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (version.starts_with("HTTP/") && trim_blanks(target).find(' ') != std::string_view::npos)
    return bad_request("the request target " + shown(target) + " holds a blank: write %20 for it");
  if (target.empty() || version.empty() || target.find(' ') != std::string_view::npos)
    return bad_request("the request line " + shown(line) +
                       " must have exactly two spaces: after the method and before the version");
  if (version == "HTTP/0.9") return bad_request("HTTP/0.9 is not supported (HTTP/1.1 and HTTP/1.0 are)");
  if (looks_like_version(version))
    return refusal(505, std::string(version.substr(0, 16)) + " is not supported (HTTP/1.1 and HTTP/1.0 are)");
  return bad_request("the version " + shown(version) + " must be HTTP/1.1 or HTTP/1.0");
}

/// What stands before the first space. Takes the word and the space off the line. False if another byte that splits
/// words, or nothing, is before the space.
bool take_word(std::string_view& line, std::string_view& word) noexcept {
  const std::size_t end = find_blank_or_unprintable(line);
  if (end == 0 || end == line.size() || line[end] != ' ') return false;
  word = {line.data(), end};
  line.remove_prefix(end + 1);
  return true;
}

constexpr std::size_t behind_target = std::string_view(" HTTP/1.1\r\n").size();

/// False if the bytes do not begin with such a method, one blank, and a slash. Only what may be usual is looked at.
bool take_usual_method(std::string_view bytes, UsualRequestLine& parts) noexcept {
  constexpr std::size_t longest = std::string_view("OPTIONS /").size();
  if (bytes.size() < longest + behind_target) return false;
  const auto begin_with = [&](const auto& method_and_slash, Method method) {
    constexpr std::size_t size = sizeof method_and_slash - 1;
    if (!equals(std::string_view(bytes.data(), size), method_and_slash)) return false;
    parts.method = method;
    parts.method_name = {bytes.data(), size - std::string_view(" /").size()};
    return true;
  };
  return begin_with("POST /", Method::post) || begin_with("GET /", Method::get) || begin_with("HEAD /", Method::head) ||
         begin_with("PUT /", Method::put) || begin_with("DELETE /", Method::del) ||
         begin_with("OPTIONS /", Method::options);
}

Method method_of(std::string_view name) noexcept {
  if (equals(name, "POST")) return Method::post;
  if (equals(name, "GET")) return Method::get;
  if (equals(name, "HEAD")) return Method::head;
  if (equals(name, "PUT")) return Method::put;
  if (equals(name, "DELETE")) return Method::del;
  if (equals(name, "OPTIONS")) return Method::options;
  return Method::other;
}

/// Takes what stands before the version off the line. False if it is not to the letter.
bool take_method_and_target(std::string_view& line, RequestLine& parts) noexcept {
  if (!take_word(line, parts.method_name) || !take_word(line, parts.target)) return false;
  parts.method = method_of(parts.method_name);
  return parts.method != Method::other || looks_like_method(parts.method_name);
}

}  // namespace

Result<RequestLine, ProtocolError> split_request_line(std::string_view line) {
  RequestLine parts;
  std::string_view version = line;
  if (!take_method_and_target(version, parts)) return refuse(line);
  if (equals(version, "HTTP/1.1")) return parts;
  parts.is_later_minor = is_later_minor(version);
  if (!parts.is_later_minor && !equals(version, "HTTP/1.0")) return refuse(line);
  parts.minor_version = parts.is_later_minor ? 1 : 0;
  return parts;
}

bool split_usual_request_line(std::string_view bytes, UsualRequestLine& parts) noexcept {
  if (!take_usual_method(bytes, parts)) return false;
  std::string_view rest = bytes;
  rest.remove_prefix(parts.method_name.size() + 1);
  std::size_t end = find_any_of_or_blank_or_unprintable<'?', '#'>(rest);
  parts.path = {rest.data(), end};
  rest.remove_prefix(end);
  if (rest.starts_with('?')) {
    rest.remove_prefix(1);
    end = find_any_of_or_blank_or_unprintable<'#'>(rest);
  } else {
    end = 0;
  }
  parts.query = {rest.data(), end};
  rest.remove_prefix(end);
  if (rest.size() < behind_target) return false;
  const std::string_view version(rest.data(), behind_target);
  if (!equals(version, " HTTP/1.1\r\n")) {
    if (!equals(version, " HTTP/1.0\r\n")) return false;
    parts.minor_version = 0;
  }
  parts.line = {bytes.data(), bytes.size() - rest.size() + behind_target};
  return true;
}

}  // namespace oneshot::http
