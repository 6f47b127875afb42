// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

namespace oneshot::ingest {

/// How a sender shows that it knows the secret of a hook. Immutable: any thread.
class Signature {
 public:
  enum class Verdict : std::uint8_t { right, missing, wrong };

  /// None: whoever may post may use the hook.
  Signature() = default;
  /// - `hmac-sha256:HEADER`: the header is `sha256=HEX`, or HEX alone, of the body as it was sent (GitHub, Grafana).
  /// - `token:HEADER`: the header is the secret itself (GitLab). In Authorization `Bearer ` stands before it.
  /// - empty: none.
  [[nodiscard]] static Result<Signature> parse(std::string_view text);

  [[nodiscard]] bool required() const noexcept { return kind_ != Kind::none; }
  [[nodiscard]] const std::string& header() const noexcept { return header_; }

  /// Takes as long whichever byte of the header is wrong. A header given twice is wrong.
  [[nodiscard]] Verdict check(std::span<const http::Header> headers, std::string_view body,
                              std::string_view secret) const;

 private:
  enum class Kind : std::uint8_t { none, hmac_sha256, token };

  [[nodiscard]] bool matches(std::string_view value, std::string_view body, std::string_view secret) const;

  Kind kind_ = Kind::none;
  std::string header_;
};

}  // namespace oneshot::ingest
