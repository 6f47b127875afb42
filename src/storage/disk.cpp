// SPDX-License-Identifier: MIT
//
// System calls about the storage file as a whole. Messages name the file, the cause, and what to do.
#include "storage/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/text.hpp"
#include "storage/format.hpp"

namespace oneshot::storage::disk {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string cannot_open(const std::string& path, int error) {
  const std::string folder = folder_of(path);
  const std::string why = "cannot be opened: ";
  if (error == ENOENT)
    return why + "there is no folder " + printable(folder) + ": make it, owned by the user who runs the server";
  if (error == EACCES || error == EPERM) {
    return why + message(error) + ": user " + std::to_string(::geteuid()) +
           " must be allowed to write it, and its folder " + printable(folder);
  }
  if (error == EROFS) return why + "its file system is read-only: set storage.path to a file on a writable one";
  if (error == EISDIR) return why + "it is a folder: storage.path is the name of a file";
  if (error == ELOOP) return why + "it is a link that leads back to itself: set storage.path to a file";
  if (error == ENOTDIR) return why + printable(folder) + " is not a folder: set storage.path to a file in one";
  if (error == ENAMETOOLONG) return why + "its name is too long: set storage.path to a shorter one";
  return why + message(error);
}

std::uint64_t mib(std::uint64_t bytes) { return (bytes + (1u << 20) - 1) >> 20; }

/// What the file needs beyond the blocks that it has, against what it may take. A file system that does not know its
/// own size, or a quota, decides only when it is asked for the blocks.
bool has_room(const UniqueFd& fd, std::uint64_t size, std::string& figures) {
  constexpr std::uint64_t block = 512;  // of st_blocks, everywhere on Linux
  struct stat status {};
  struct statvfs disk {};
  if (::fstat(fd.get(), &status) != 0 || ::fstatvfs(fd.get(), &disk) != 0 || disk.f_blocks == 0) return true;
  const std::uint64_t has = static_cast<std::uint64_t>(status.st_blocks) * block;
  const std::uint64_t needed = size - std::min(size, has);
  const std::uint64_t free = (::geteuid() == 0 ? disk.f_bfree : disk.f_bavail) * disk.f_frsize;
  figures = std::to_string(mib(needed)) + " MiB are needed, " + std::to_string(free >> 20) + " MiB are free";
  return needed <= free;
}

}  // namespace

std::string message(int error) { return std::generic_category().message(error); }

Unexpected<Error> failure(const std::string& path, const std::string& what, bool is_lasting) {
  return Unexpected{Error{"the event log " + printable(path) + " " + what, is_lasting}};
}

Unexpected<Error> cannot_be_opened(const std::string& path) {
  const int error = errno;
  const bool is_lasting = error == EISDIR || error == ELOOP || error == ENOTDIR || error == ENAMETOOLONG;
  return failure(path, cannot_open(path, error), is_lasting);
}

Result<void, Error> allocate(const UniqueFd& fd, const std::string& path, std::uint64_t size, const char* advice) {
  std::string figures;
  const int error = has_room(fd, size, figures) ? ::posix_fallocate(fd.get(), 0, static_cast<off_t>(size)) : ENOSPC;
  if (error == 0) return {};
  std::string what = "cannot have its " + std::to_string(mib(size)) + " MiB of disk: " + message(error);
  if ((error == ENOSPC || error == EDQUOT) && !figures.empty()) what += " (" + figures + ")";
  return failure(path, what + ": " + advice);
}

int sync_folder(const std::string& path) {
  const UniqueFd folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0 ? 0 : errno;
}

std::string being_made(const std::string& path) { return path + ".new"; }

bool is_half_made(const std::string& name) {
  const UniqueFd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) return false;
  std::array<char, 8> magic{};
  return ::pread(fd.get(), magic.data(), magic.size(), 0) >= 0 &&
         (magic == Layout::right_magic || magic == std::array<char, 8>{});
}

}  // namespace oneshot::storage::disk
