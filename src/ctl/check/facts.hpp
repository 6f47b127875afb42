// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ctl/call.hpp"

namespace oneshot::ctl {

/// What of a server's settings matters to who scrapes it. Without its config file: the defaults.
struct Facts {
  std::string host_port;  ///< where it is, as a target has to name it: "localhost:8090"
  bool https = false;     ///< --url says so
  bool settings_known = false;
  std::uint64_t max_events_per_scrape = 0;
  std::uint64_t max_scrape_bytes = 0;
  std::chrono::milliseconds idle_timeout{};
  std::chrono::milliseconds timestamp_max_age{};
  bool explicit_timestamps = false;
  bool web_config = false;         ///< server.web_config_file: perhaps TLS
  std::vector<std::string> names;  ///< scrapers.names
  std::uint64_t max_unnamed = 0;   ///< scrapers.max: how many others there may be
  std::uint64_t own_samples = 0;   ///< at most, but those of scrapers
  std::uint64_t seen_samples = 0;  ///< that a running server has; 0: it was not asked
  unsigned max_labels = 0;         ///< 0: no limit; so are the next two
  unsigned max_label_name_bytes = 0;
  unsigned max_label_value_bytes = 0;
};

/// From the URL and, with --config FILE, from the server's config file. Errors: those of the file, and of the options.
[[nodiscard]] Result<Facts> facts_of(const Call& call);

inline constexpr Option config_option{"--config", "FILE", "the server's config file; without it, the defaults count"};

}  // namespace oneshot::ctl
