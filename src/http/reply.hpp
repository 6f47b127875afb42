// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "delivery/lease.hpp"
#include "delivery/receipt.hpp"

namespace oneshot::http {

/// A body too large to be built at once: the connection pulls it piece by piece while it writes. Used and destroyed
/// on the connection's own thread.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The exact number of bytes that all pieces will have together (Content-Length).
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// Appends the next piece (some 64 KiB) to `out`; false when that was the last one.
  virtual bool append_next(std::string& out) = 0;
};

inline constexpr std::string_view text_plain = "text/plain; charset=utf-8";

/// What a handler answers. The connection adds Content-Length, Date, Connection, and leaves out the body of a HEAD.
struct Reply {
  Reply() = default;
  explicit Reply(int s) : status(s) {}
  Reply(int s, std::string b) : status(s), body(std::move(b)) {}

  [[nodiscard]] bool has_event_id() const noexcept { return event_id[0] != '\0'; }
  /// 200 and nothing more, but perhaps an event's id.
  [[nodiscard]] bool is_bare_ok() const noexcept {
    return status == 200 && body.empty() && retry_after_seconds == 0 && !no_store && !source && extra_headers.empty();
  }

  int status = 200;
  std::string_view content_type = text_plain;  ///< of static storage; not sent where there is no body
  std::string_view content_encoding;           ///< "gzip"; of static storage; empty: the body is as it is
  std::string body;                            ///< not used where there is a source
  unsigned retry_after_seconds = 0;            ///< 0: no Retry-After
  /// Cache-Control: no-store, private (RFC 9111 5.2.2.5 and 5.2.2.7), for what must not be answered twice.
  bool no_store = false;
  /// Whole lines, "Name: value\r\n" each, for what has no member of its own; empty on the usual path. The value of a
  /// line is the server's: bytes of a client must not get there, and append_head() asserts the lines' shape.
  std::string extra_headers;
  /// Goes out as Event-Id: of the event that the request has stored. The first byte is NUL: there is none.
  std::array<char, 24> event_id{};
  std::unique_ptr<BodySource> source;
  std::unique_ptr<delivery::Receipt> receipt;
  /// What `source` keeps while it lives: the connection is reset where that has to end.
  std::shared_ptr<delivery::Lease> lease;
  /// By when the last byte must have been acknowledged; later the connection is reset. Only looked at where there is
  /// a source or a receipt (other replies get the connection's own write deadline).
  SteadyTime deadline{};
  /// The connection ends with this reply, as it says (Connection: close). Only looked at where there is a receipt.
  bool closes = false;
  /// It answers a scrape of a known scraper, each of which has another number; 0: of none. Its connection keeps its
  /// place before those of strangers.
  std::uint64_t scraper = 0;
};

}  // namespace oneshot::http
