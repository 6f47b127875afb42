// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "settings/web/web_config.hpp"
#include "tls/options.hpp"

namespace oneshot::settings {

/// What server.web_config_file leads to: the file, and what is in the files that it names.
struct Web {
  WebConfig config;
  tls::Options tls;                ///< with certificates and key; only where config.has_tls
  std::vector<std::string> files;  ///< all that were read, the web config first; empty: there is none
  friend bool operator==(const Web&, const Web&) = default;
};

}  // namespace oneshot::settings
