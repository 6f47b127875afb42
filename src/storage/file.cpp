// SPDX-License-Identifier: MIT
//
// Opens the storage file that is there, and gives access to its parts. file_making.cpp makes new ones, migration.cpp
// reads those of version 1.
#include "storage/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <new>
#include <system_error>

#include "storage/disk.hpp"
#include "storage/file_lock.hpp"
#include "storage/format_v1.hpp"

namespace oneshot::storage {
namespace {

using disk::failure;
using disk::message;

/// A link is followed once and for all, also one to a file that is still to be made, since the file is replaced when
/// its capacity changes. Only a link of the user who runs the server, or of root: in a folder that all may write,
/// anybody else's would have root make or replace a file where its owner could not (as fs.protected_symlinks forbids).
Result<std::string, Error> resolved(const std::string& given) {
  constexpr int most_links = 40;  // as many as the kernel follows
  std::string path = given;
  struct stat status {};
  for (int i = 0; i < most_links && ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode); ++i) {
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
      return failure(
          given,
          "is reached by a link of user " + std::to_string(status.st_uid) + ": set storage.path to the file itself",
          true);
    std::error_code none;
    path = std::filesystem::path(path).parent_path() / std::filesystem::read_symlink(path, none);
  }
  return path;
}

/// A regular file of the user who runs the server; else nobody knows who reads it.
Result<void, Error> check_owner(const std::string& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return failure(path, "is not a regular file: storage.path is the name of a file", true);
  if (status.st_uid == ::geteuid()) return {};
  return failure(path, "belongs to user " + std::to_string(status.st_uid) + ", and user " +
                           std::to_string(::geteuid()) + " runs the server: change its owner (chown), or storage.path");
}

/// The layout, as far as the file has one.
Result<Layout, Error> read_layout(const std::string& path, const UniqueFd& fd) {
  Layout layout;
  const ssize_t n = ::pread(fd.get(), &layout, sizeof layout, 0);
  if (n < 0) return failure(path, "cannot be read: " + message(errno));
  if (n < static_cast<ssize_t>(sizeof layout)) layout.magic = {};
  return layout;
}

Result<void, Error> keep_to_owner(const std::string& path, const UniqueFd& fd, const struct stat& status) {
  if ((status.st_mode & 07777) == disk::owner_only || ::fchmod(fd.get(), disk::owner_only) == 0) return {};
  return failure(path, "cannot be made its owner's alone (mode 0600): " + message(errno));
}

}  // namespace

Result<File, Error> File::open(const std::string& given, const Sizes& sizes, std::int64_t now_unix_ms) {
  const Result<std::string, Error> leads_to = resolved(given);
  if (!leads_to) return Unexpected{leads_to.error()};
  const std::string& path = *leads_to;
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!fd && errno == ENOENT) return make_empty(path, sizes, now_unix_ms, false);
  if (!fd) return disk::cannot_be_opened(path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return disk::cannot_be_opened(path);
  if (auto owned = check_owner(path, status); !owned) return Unexpected{std::move(owned.error())};
  if (auto locked = lock_file(fd, path, path); !locked) return Unexpected{std::move(locked.error())};
  if (status.st_size == 0) return make_empty(path, sizes, now_unix_ms, true);  // somebody made room for it by hand

  const Result<Layout, Error> layout = read_layout(path, fd);
  if (!layout) return Unexpected{layout.error()};
  if (layout->magic == Layout::right_magic && layout->version == v1::version)
    return migrated(path, fd, sizes.key_table);
  return open_current(path, std::move(fd), *layout, status);
}

Result<File, Error> File::open_current(const std::string& path, UniqueFd fd, const Layout& layout,
                                       const struct stat& status) {
  if (const auto good = format::check(layout, static_cast<std::uint64_t>(status.st_size)); !good)
    return failure(path, good.error(), true);
  if (auto fits = check_pages(path, layout.capacity); !fits) return Unexpected{std::move(fits.error())};
  if (auto kept = keep_to_owner(path, fd, status); !kept) return Unexpected{std::move(kept.error())};
  // A copy may have holes.
  auto allocated = disk::allocate(fd, path, layout.file_size(), "make room");
  if (!allocated) return Unexpected{std::move(allocated.error())};
  const std::string half_made = disk::being_made(path);  // of a change that was interrupted
  if (disk::is_half_made(half_made)) ::unlink(half_made.c_str());

  File file(path, std::move(fd), false, layout.ring_offset());
  if (auto mapped = file.map(); !mapped) return Unexpected{std::move(mapped.error())};
  return file;
}

Result<void, Error> File::check_pages(const std::string& path, std::uint64_t capacity) {
  if (capacity % event_log::Ring::page_size() == 0) return {};
  return failure(path, "was made on a machine with smaller memory pages and cannot be mapped here", true);
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::move(other.fd_)),
      is_new_(other.is_new_),
      ring_offset_(other.ring_offset_),
      base_(std::exchange(other.base_, nullptr)) {}

File::~File() {
  if (base_ != nullptr) ::munmap(base_, ring_offset_);
}

Result<void, Error> File::map() {
  void* const mapped = ::mmap(nullptr, ring_offset_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (mapped == MAP_FAILED) return failure(path_, "cannot be mapped: " + message(errno));
  base_ = static_cast<std::byte*>(mapped);
  return {};
}

Header& File::header() const noexcept { return *std::launder(reinterpret_cast<Header*>(base_)); }

std::optional<CheckedWord> File::get(const AtomicWord& word) const noexcept {
  return CheckedWord::decode(word.load(std::memory_order_acquire), salt(), place_of(word));
}

void File::set(AtomicWord& word, CheckedWord value) noexcept {
  // Release: whoever finds the word after a kill finds what was stored before it.
  word.store(value.encode(salt(), place_of(word)), std::memory_order_release);
}

std::uint64_t File::place_of(const AtomicWord& word) const noexcept {
  return static_cast<std::uint64_t>(reinterpret_cast<const std::byte*>(&word) - base_);
}

std::span<event_log::InFlightWord> File::in_flight() const noexcept {
  return {reinterpret_cast<event_log::InFlightWord*>(base_ + format::in_flight_offset), format::most_appenders};
}

std::span<ScraperSlot> File::slots() const noexcept {
  return {reinterpret_cast<ScraperSlot*>(base_ + format::slots_offset), format::slot_count};
}

std::span<KeyEntry> File::key_table() const noexcept {
  return {reinterpret_cast<KeyEntry*>(base_ + format::key_table_offset),
          (ring_offset_ - format::key_table_offset) / sizeof(KeyEntry)};
}

Result<event_log::Ring, Error> File::map_ring() const {
  Result<event_log::Ring> ring = event_log::Ring::map(fd_.get(), ring_offset_, capacity(), false);
  if (!ring) return failure(path_, "cannot be mapped: " + ring.error());
  return std::move(*ring);
}

void File::forget_table_pages() const noexcept {
  ::madvise(base_ + format::slots_offset, ring_offset_ - format::slots_offset, MADV_DONTNEED);
}

bool File::is_gone() const noexcept {
  errno = 0;
  // What cannot be looked at, as where a folder may not be searched any more, may well be there.
  return !has_name(fd_, path_) && (errno == 0 || errno == ENOENT || errno == ENOTDIR);
}

int File::flush() const noexcept { return ::fdatasync(fd_.get()) == 0 ? 0 : errno; }

int File::flush_header() const noexcept {
  return ::msync(base_, event_log::Ring::page_size(), MS_SYNC) == 0 ? 0 : errno;
}

}  // namespace oneshot::storage
