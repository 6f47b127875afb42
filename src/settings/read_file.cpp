// SPDX-License-Identifier: MIT
#include "settings/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "access/credentials.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

namespace oneshot::settings {
namespace {

std::string shown(std::string_view path) { return printable(path, 1024); }

/// Where a relative name was looked for, which whoever wrote it may not have thought of.
std::string place_of(const std::string& path) {
  if (path.empty() || path.starts_with('/')) return {};
  std::error_code unknown;  // the folder may have been removed
  const std::filesystem::path folder = std::filesystem::current_path(unknown);
  return unknown ? std::string() : " (" + shown((folder / path).string()) + ')';
}

}  // namespace

Result<std::string> read_to_end(int file, const std::string& path, std::size_t max_bytes) {
  std::string text;
  std::array<char, 4096> chunk;
  while (text.size() <= max_bytes) {
    const ssize_t got = ::read(file, chunk.data(), chunk.size());
    if (got > 0) {
      text.append(chunk.data(), static_cast<std::size_t>(got));
    } else if (got == 0) {
      return text;
    } else if (errno != EINTR) {
      return unreadable(path, errno);
    }
  }
  return too_large(path, max_bytes);
}

Result<std::string> read_regular_file(const std::string& path, std::size_t max_bytes) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return unreadable(path, errno);
  if (!S_ISREG(info.st_mode)) return Unexpected{shown(path) + ": must be a file"};
  return read_to_end(file.get(), path, max_bytes);
}

Result<std::string> read_first_line(const std::string& path) {
  constexpr std::size_t max_bytes = 64 * 1024;
  Result<std::string> text = read_regular_file(path, max_bytes);
  if (!text) return text;
  std::string line = text->substr(0, text->find('\n'));
  access::wipe(*text);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Unexpected<std::string> unreadable(const std::string& path, int error) {
  return Unexpected{shown(path) + place_of(path) + ": cannot be read: " + std::generic_category().message(error)};
}

Unexpected<std::string> too_large(std::string_view path, std::size_t max_bytes) {
  return Unexpected{shown(path) + ": larger than " + std::to_string(max_bytes) + " bytes"};
}

}  // namespace oneshot::settings
