// SPDX-License-Identifier: MIT
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace oneshot::test {

/// A folder that is gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string at(std::string_view name) const { return path_ + '/' + std::string(name); }
  /// A file of this text; its path.
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(at(name), std::ios::binary) << text;
    return at(name);
  }
  /// A variable of an environment in which it is the folder that systemd shows a service.
  [[nodiscard]] std::optional<std::string> as_credentials(std::string_view name) const {
    if (name == "CREDENTIALS_DIRECTORY") return path_;
    return std::nullopt;
  }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "oneshot-test-XXXXXX").string();
};

}  // namespace oneshot::test
