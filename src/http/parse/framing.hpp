// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/text.hpp"
#include "http/protocol_error.hpp"

namespace oneshot::http {

/// What the headers of one request say about the message itself: its host, the length of its body, the connection.
/// Stricter than RFC 9112 where the RFC leaves a choice: a message that two servers could read differently is refused,
/// because that difference is how requests are smuggled past a proxy.
class MessageFraming {
 public:
  /// Whether apply() may have to look at a header of that name. False for most, by the length and the first byte alone;
  /// true also for some others, which apply() then ignores.
  [[nodiscard]] static bool is_framing_header(std::string_view name) noexcept {
    switch (name.size()) {
      case 4:
        return to_lower(name.front()) == 'h';  // Host
      case 6:
        return to_lower(name.front()) == 'e';  // Expect
      case 10:
      case 14:
        return to_lower(name.front()) == 'c';  // Connection, Content-Length
      case 17:
        return to_lower(name.front()) == 't';  // Transfer-Encoding
      default:
        return false;
    }
  }
  /// Each header in turn, the value without OWS (spaces and tabs) at its ends.
  Result<void, ProtocolError> apply(std::string_view name, std::string_view value);
  /// After the last header: what is wrong with all of them together.
  [[nodiscard]] Result<void, ProtocolError> check(int minor_version, std::size_t body_limit) const;

  [[nodiscard]] bool keep_alive(int minor_version) const noexcept {
    return !close_ && (minor_version >= 1 || keep_alive_);
  }
  /// Whether the head announces a body, which may still be empty.
  [[nodiscard]] bool has_body() const noexcept { return transfer_encoding_ || length_.has_value(); }
  [[nodiscard]] bool chunked() const noexcept { return transfer_encoding_; }
  /// Content-Length; 0 where there is none.
  [[nodiscard]] std::uint64_t length() const noexcept { return length_.value_or(0); }
  /// `Expect: 100-continue`, which HTTP/1.0 does not know (RFC 9110 10.1.1).
  [[nodiscard]] bool expects_continue(int minor_version) const noexcept {
    return minor_version >= 1 && expects_continue_;
  }

 private:
  Result<void, ProtocolError> apply_host(std::string_view value);
  Result<void, ProtocolError> apply_length(std::string_view value);
  Result<void, ProtocolError> apply_encoding(std::string_view value);

  std::optional<std::uint64_t> length_;
  bool transfer_encoding_ = false;
  bool host_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  bool expects_other_ = false;
};

/// Why a line is not a header: the cold path, after llhttp has refused the line. `number` is that of the line in its
/// section, from 1.
[[nodiscard]] Result<void, ProtocolError> check_header_line(std::string_view line, std::size_t number);

}  // namespace oneshot::http
