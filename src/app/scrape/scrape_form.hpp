// SPDX-License-Identifier: MIT
#pragma once

#include "app/options.hpp"
#include "exposition/format.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// How a scrape goes out, as its client takes it.
struct ScrapeForm {
  const exposition::Format& format;
  bool gzip = false;  ///< long ones compressed
};

/// The text format for everybody who takes that, whatever else they would rather have: OpenMetrics forbids comments,
/// and Prometheus asks for it first. Who takes OpenMetrics alone gets OpenMetrics; who takes neither gets text.
[[nodiscard]] ScrapeForm form_for(const http::Request& request, const Options& options);

/// What a reply depends on besides its path, for caches (RFC 9110 12.5.5): a whole header line.
inline constexpr const char* vary_line = "Vary: Accept, Accept-Encoding\r\n";

}  // namespace oneshot::app
