// SPDX-License-Identifier: MIT
#include "storage/file_lock.hpp"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "storage/disk.hpp"

namespace oneshot::storage {

bool has_name(const UniqueFd& fd, const std::string& name) noexcept {
  struct stat status {};
  struct stat named {};
  return ::fstat(fd.get(), &status) == 0 && ::stat(name.c_str(), &named) == 0 && status.st_ino == named.st_ino &&
         status.st_dev == named.st_dev;
}

Result<void, Error> lock_file(const UniqueFd& fd, const std::string& path, const std::string& name) {
  const bool locked = ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
  if (!locked && errno != EWOULDBLOCK) return disk::failure(path, "cannot be locked: " + disk::message(errno));
  if (!locked || !has_name(fd, name)) return disk::failure(path, in_use);
  return {};
}

}  // namespace oneshot::storage
