// SPDX-License-Identifier: MIT
#include "settings/sources/credentials_directory.hpp"

#include <string_view>

namespace oneshot::settings {

Result<std::string> expand_credentials_directory(const std::string& path, const Environment& environment) {
  constexpr std::string_view name = "$CREDENTIALS_DIRECTORY";
  if (!path.starts_with(name)) return path;
  const std::string rest = path.substr(name.size());
  if (!rest.starts_with('/')) return Unexpected{path + ": must go on with a slash behind " + std::string(name)};
  const auto folder = environment("CREDENTIALS_DIRECTORY");
  if (folder && !folder->empty()) return *folder + rest;
  return Unexpected{path + ": CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit with LoadCredential="};
}

}  // namespace oneshot::settings
