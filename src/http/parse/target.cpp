// SPDX-License-Identifier: MIT
#include "http/parse/target.hpp"

#include <algorithm>

#include "base/byte_scan.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "http/grammar.hpp"

namespace oneshot::http {
namespace {

Target split_query(std::string_view text) noexcept {
  const std::size_t mark = find_byte(text, '?');
  Target parts{{text.data(), mark}, text};
  parts.query.remove_prefix(std::min(mark + 1, text.size()));
  return parts;
}

Result<Target, ProtocolError> split_absolute(std::string_view target) {
  const std::size_t colon = target.find("://");
  const auto scheme = target.substr(0, colon);
  if (colon == std::string_view::npos ||
      (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")))
    return bad_request("the request target " + shown(target) + " must begin with / or http://");
  const auto rest = target.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  if (end == 0 || !is_authority(rest.substr(0, end)))
    return bad_request("the host " + shown(rest.substr(0, end)) +
                       " of the request target must be a name or an IP address, and perhaps a port");
  Target parts = split_query(rest.substr(end));
  if (parts.path.empty()) parts.path = target.substr(colon + 1, 1);  // "/", and still a view of the target
  return parts;
}

// unreserved, pct-encoded and sub-delims of RFC 3986
constexpr ByteSet name_bytes{[](char c) {
  return is_letter(c) || is_digit(c) ||
         (c != '\0' && std::string_view("-._~%!$&'()*+,;=").find(c) != std::string_view::npos);
}};
constexpr ByteSet digit_bytes{is_digit};
constexpr ByteSet literal_bytes{[](char c) { return is_hex_digit(c) || c == ':' || c == '.'; }};

}  // namespace

Result<Target, ProtocolError> split_target(std::string_view method, std::string_view target) {
  if (find_byte(target, '#') != target.size())
    return bad_request("the request target " + shown(target) +
                       " holds a fragment (#), which clients keep to themselves");
  if (equals(method, "CONNECT")) {
    if (target.find(':') == std::string_view::npos || !is_authority(target))
      return bad_request("the target " + shown(target) + " of CONNECT must be host:port");
    return Target{target, {}};
  }
  if (target.front() == '/') return split_query(target);
  if (target != "*") return split_absolute(target);
  if (method != "OPTIONS") return bad_request("the request target * is for OPTIONS only");
  return Target{target, {}};
}

bool is_plain_path(std::string_view path) noexcept {
  if (path.size() > 1 && path.back() == '/') return false;
  if (path.size() < sizeof(byte_scan::Word)) {  // as /event is
    const byte_scan::Word word = byte_scan::load_short(path);
    const byte_scan::Word slashes = byte_scan::equal_to(word, '/');  // and perhaps what is behind one: so be it
    return (byte_scan::equal_to(word, '%') | (slashes & slashes << 8)) == 0;
  }
  return find_byte(path, '%') == path.size() && path.find("//") == std::string_view::npos;
}

Result<std::string_view, ProtocolError> decode_path(std::string_view path, std::string& out) {
  out.clear();
  if (!append_percent_decoded(out, path, false))
    return bad_request("the path holds " + shown(first_bad_escape(path)) +
                       ": a percent sign needs two hexadecimal digits behind it (itself it is %25)");
  const auto both_slashes = [](char a, char b) { return a == '/' && b == '/'; };
  out.erase(std::unique(out.begin(), out.end(), both_slashes), out.end());
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return std::string_view(out);
}

void percent_encode_non_ascii(std::string& text, std::size_t from) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  if (is_ascii(std::string_view(text).substr(from))) return;
  const auto is_raw = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  const auto raw = std::count_if(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), is_raw);
  std::size_t read = text.size();
  text.resize(text.size() + 2 * static_cast<std::size_t>(raw));
  for (std::size_t write = text.size(); write > read;) {  // from the end, until the rest is in place
    const char c = text[--read];
    if (!is_raw(c)) {
      text[--write] = c;
      continue;
    }
    text[--write] = digits[static_cast<unsigned char>(c) & 15U];
    text[--write] = digits[static_cast<unsigned char>(c) >> 4U];
    text[--write] = '%';
  }
}

bool is_authority(std::string_view text) noexcept {
  std::size_t end = 0;  // of the host
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;  // the shortest is [::]
    if (!literal_bytes.has_all_of(text.substr(1, end - 1))) return false;
    ++end;
  } else {
    end = find_other_than_name(text);
    if (end < text.size() && text[end] != ':') end += name_bytes.find_other_in(text.substr(end));
    if (end < text.size() && text[end] != ':') return false;
    if (end == 0 && !text.empty()) return false;
  }
  if (end == text.size()) return true;
  const auto port = text.substr(end + 1);
  return text[end] == ':' && port.size() <= 5 && digit_bytes.has_all_of(port);
}

}  // namespace oneshot::http
