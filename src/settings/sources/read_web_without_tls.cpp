// SPDX-License-Identifier: MIT
// In the place of read_web.cpp where the build has -Dtls=disabled, or no libssl or libyaml.
#include "settings/sources/read_web.hpp"
#include "settings/web/web_config.hpp"

namespace oneshot::settings {

Result<Web> read_web(const std::string& file, const Environment& /*environment*/) {
  if (file.empty()) return Web();
  return Unexpected{
      std::string("server.web_config_file: this server was built without TLS: leave it empty, or take a build with "
                  "-Dtls=enabled")};
}

Result<WebConfig> read_web_config(const std::string& path) {
  return Unexpected{path + ": this program was built without TLS, and reads no web config"};
}

}  // namespace oneshot::settings
