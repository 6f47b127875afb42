// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace oneshot::confirm {

/// What kind of API answers.
enum class Kind : std::uint8_t {
  prometheus,       ///< /api/v1/query with raw samples: Prometheus 2.24 and later, and what speaks like it
  victoriametrics,  ///< /api/v1/export: the single-node server (a cluster: vmselect's URL with its path)
};

/// What decides about a batch while the API does not answer.
enum class Unreachable : std::uint8_t {
  wait,  ///< nothing: its events wait, and so do all newer ones
  tcp,   ///< what TCP tells, as without confirmation
};

/// How the deliveries to one scraper are confirmed: the section [confirm.NAME]. All of it is live.
struct Options {
  std::string url;  ///< of the API: http://HOST[:PORT][/PREFIX]
  Kind kind = Kind::prometheus;
  std::string header_file;  ///< empty: none
  std::chrono::milliseconds timeout = std::chrono::seconds(1);
  std::chrono::milliseconds patience{0};  ///< 0: patience_of() chooses by the kind
  std::chrono::milliseconds recheck = std::chrono::seconds(120);
  Unreachable unreachable = Unreachable::wait;

  /// What `header_file` holds, read together with the settings: secrets, so that nothing prints them.
  std::vector<std::pair<std::string, std::string>> headers;

  friend bool operator==(const Options&, const Options&) = default;
};

/// By the name of the scraper.
using OptionsByScraper = std::map<std::string, Options, std::less<>>;

/// How long a batch may take to show in answers after its last byte was sent. Measured: Prometheus up to 0.8 s on a
/// busy machine; VictoriaMetrics 1 to 3 s, since new samples become visible once a second or so.
[[nodiscard]] inline std::chrono::milliseconds patience_of(const Options& options) noexcept {
  if (options.patience.count() > 0) return options.patience;
  return options.kind == Kind::prometheus ? std::chrono::seconds(2) : std::chrono::seconds(8);
}

}  // namespace oneshot::confirm
