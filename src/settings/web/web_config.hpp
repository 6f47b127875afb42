// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/token_bucket.hpp"
#include "tls/options.hpp"

namespace oneshot::settings {

/// A file, or the PEM itself in its place; the file counts where both are there.
struct PemSource {
  std::string file;  ///< as it stands in the config; relative to the folder of the config
  std::string text;
  [[nodiscard]] bool is_given() const noexcept { return !file.empty() || !text.empty(); }
  friend bool operator==(const PemSource&, const PemSource&) = default;
};

/// What a web.config.file of the Prometheus family says (exporter-toolkit, docs/web-configuration.md), checked, with
/// none of the files it names read.
struct WebConfig {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  bool has_tls = false;
  PemSource certificate;
  PemSource key;
  PemSource client_ca;
  tls::Options tls;                ///< all but the PEM texts
  bool older_min_version = false;  ///< TLS10 or TLS11 was asked for, and TLS12 is what there is
  Pairs headers;                   ///< of every answer
  Pairs users;                     ///< name and bcrypt hash
  TokenRate rate_limit;
  friend bool operator==(const WebConfig&, const WebConfig&) = default;
};

/// Errors: `FILE:LINE: tls_server_config.min_version = "TLS9": must be ...`.
Result<WebConfig> parse_web_config(std::string_view text, std::string_view file);
/// The same from a file, which no device, pipe or folder can be.
Result<WebConfig> read_web_config(const std::string& path);

}  // namespace oneshot::settings
