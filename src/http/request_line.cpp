// SPDX-License-Identifier: MIT
#include "http/request_line.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "http/grammar.hpp"

namespace oneshot::http {
namespace {

/// The shape of all methods in use: GET, M-SEARCH, GET_PARAMETER. RFC 9110 9.1 would allow any token, but
/// methods are case-sensitive, so "get" is a slip and not a method that could be added one day.
bool looks_like_method(std::string_view text) {
  const auto inside = [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_'; };
  return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' && std::all_of(text.begin(), text.end(), inside);
}

constexpr ByteSet unprintable_bytes{[](char c) { return c == '\t' || control_bytes.has(c); }};

/// Where it stands in the line, which is ASCII, or the line's size. Eight bytes at a time, since every request line is
/// looked at from end to end.
std::size_t find_unprintable(std::string_view line) {
  constexpr std::uint64_t each = 0x0101010101010101U;
  std::size_t at = 0;
  for (; at + sizeof each <= line.size(); at += sizeof each) {
    std::uint64_t word = 0;
    std::memcpy(&word, line.data() + at, sizeof word);
    // A byte below 0x20 gets its high bit, and so may some behind it by the borrow: the look at each byte decides.
    const std::uint64_t below_blank = word - each * 0x20;
    const std::uint64_t delete_byte = word + each;  // 0x7f gets it
    if (((below_blank | delete_byte) & each * 0x80) != 0) break;
  }
  return at + unprintable_bytes.find_in(line.substr(at));
}

/// "HTTP/2.0", "HTTP/1.2", "HTTP/3": a version, only not one of ours.
bool looks_like_version(std::string_view text) {
  if (!text.starts_with("HTTP/")) return false;
  text.remove_prefix(5);
  return !text.empty() && is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
}

}  // namespace

Result<RequestLine, ProtocolError> split_request_line(std::string_view line) {
  const std::size_t bad_byte = find_unprintable(line);
  if (bad_byte != line.size())
    return bad_request("the request line holds the byte " + shown_byte(line[bad_byte]) +
                       " (printable ASCII is allowed)");

  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos)
    return bad_request("the request line " + shown(line) +
                       " must be a method, a target and HTTP/1.1, with one blank between");
  RequestLine parts;
  parts.method = line.substr(0, first);
  if (!looks_like_method(parts.method))
    return bad_request("the method " + shown(parts.method) + " must be a word in capital letters, such as GET");

  const std::size_t last = line.rfind(' ');
  if (first == last)
    return bad_request("the request line " + shown(line) + " has no version (HTTP/1.1 and HTTP/1.0 are spoken here)");
  parts.target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (parts.target.empty() || version.empty() || parts.target.find(' ') != std::string_view::npos)
    return bad_request("the request line " + shown(line) +
                       " must have exactly two blanks: after the method and before the version");
  if (version == "HTTP/1.1") return parts;
  if (version == "HTTP/1.0") {
    parts.minor_version = 0;
    return parts;
  }
  if (version.starts_with("HTTP/0")) return bad_request("HTTP/0.9 is not spoken here (HTTP/1.1 and HTTP/1.0 are)");
  if (looks_like_version(version))
    return refusal(505, std::string(version.substr(0, 16)) + " is not spoken here (HTTP/1.1 and HTTP/1.0 are)");
  return bad_request("the version " + shown(version) + " must be HTTP/1.1 or HTTP/1.0");
}

}  // namespace oneshot::http
