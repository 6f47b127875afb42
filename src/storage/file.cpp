// SPDX-License-Identifier: MIT
#include "storage/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <optional>
#include <system_error>

#include "base/crash_point.hpp"
#include "base/text.hpp"

namespace oneshot::storage {
namespace {

using format::ring_offset;

constexpr mode_t owner_only = 0600;

std::string message(int error) { return std::generic_category().message(error); }

/// `the event log /x/y <what>`
Unexpected<Error> failure(const std::string& path, const std::string& what, bool is_lasting = false) {
  return Unexpected{Error{"the event log " + printable(path) + " " + what, is_lasting}};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// A link is followed once and for all, also one to a file that is still to be made, since the file is replaced when
/// its capacity changes.
std::string resolved(std::string path) {
  constexpr int most_links = 40;  // as many as the kernel follows
  std::error_code none;
  for (int i = 0; i < most_links && std::filesystem::is_symlink(path, none); ++i)
    path = std::filesystem::path(path).parent_path() / std::filesystem::read_symlink(path, none);
  return path;
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

Unexpected<Error> cannot_be_opened(const std::string& path) {
  const int error = errno;
  const bool is_lasting = error == EISDIR || error == ELOOP || error == ENOTDIR || error == ENAMETOOLONG;
  return failure(path, cannot_open(path, error), is_lasting);
}

/// Nobody has put another file in its place since it was opened.
bool has_name(const UniqueFd& fd, const std::string& path) {
  struct stat status {};
  struct stat named {};
  return ::fstat(fd.get(), &status) == 0 && ::stat(path.c_str(), &named) == 0 && status.st_ino == named.st_ino &&
         status.st_dev == named.st_dev;
}

constexpr const char* in_use =
    "is in use by another process: only one server may write it; give each a storage.path of its own";

std::optional<Unexpected<Error>> lock(const UniqueFd& fd, const std::string& path, const std::string& name) {
  const bool locked = ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
  if (!locked && errno != EWOULDBLOCK) return failure(path, "cannot be locked: " + message(errno));
  if (!locked || !has_name(fd, name)) return failure(path, in_use);
  return std::nullopt;
}

/// All blocks from the first to the last byte.
std::optional<Unexpected<Error>> allocate(const std::string& path, const UniqueFd& fd, std::uint64_t size) {
  const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(size));
  if (error == 0) return std::nullopt;
  std::string what = "needs " + std::to_string(size >> 20) + " MiB of disk, and they cannot be had: " + message(error);
  struct statvfs disk {};
  if ((error == ENOSPC || error == EDQUOT) && ::fstatvfs(fd.get(), &disk) == 0) {
    what += " (" + std::to_string(disk.f_bavail * disk.f_frsize >> 20) + " MiB are free)";
  }
  return failure(path, what + ": make room, or lower storage.capacity_mib");
}

int sync_folder(const std::string& path) {
  const UniqueFd folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0 ? 0 : errno;
}

std::uint64_t random_salt() {
  std::uint64_t salt = 0;
  while (salt == 0) {
    if (::getrandom(&salt, sizeof salt, 0) != sizeof salt) salt = 0;
  }
  return salt;
}

std::string being_made(const std::string& path) { return path + ".new"; }

/// What a start that was cut off has left under this name: an event log, or not even its first bytes.
bool is_half_made(const std::string& name) {
  const UniqueFd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  std::array<char, 8> magic{};
  return ::pread(fd.get(), magic.data(), magic.size(), 0) >= 0 &&
         (magic == Layout::right_magic || magic == std::array<char, 8>{});
}

}  // namespace

Result<File, Error> File::open(const std::string& given, std::uint64_t capacity, std::int64_t now_unix_ms) {
  const std::string path = resolved(given);
  const auto make_it = [&](bool replace) -> Result<File, Error> {
    Layout layout;
    layout.slots = format::slot_count;
    layout.capacity = capacity;
    layout.salt = random_salt();
    layout.made_unix_ms = now_unix_ms;
    layout.checksum = layout.right_checksum();
    Result<File, Error> made = make(path, layout);
    if (!made) return made;
    if (auto appeared = made->appear(replace); !appeared) return Unexpected{std::move(appeared.error())};
    return made;
  };

  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!fd && errno == ENOENT) return make_it(false);
  if (!fd) return cannot_be_opened(path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return failure(path, cannot_open(path, errno));
  if (!S_ISREG(status.st_mode)) return failure(path, "is not a regular file: storage.path is the name of a file", true);
  if (status.st_uid != ::geteuid()) {
    return failure(path, "belongs to user " + std::to_string(status.st_uid) + ", and user " +
                             std::to_string(::geteuid()) +
                             " runs the server: change its owner (chown), or storage.path");
  }
  if (auto fault = lock(fd, path, path)) return std::move(*fault);
  if (status.st_size == 0) return make_it(true);  // somebody made room for it by hand

  Layout layout;
  const ssize_t n = ::pread(fd.get(), &layout, sizeof layout, 0);
  if (n < 0) return failure(path, "cannot be read: " + message(errno));
  if (n < static_cast<ssize_t>(sizeof layout)) layout.magic = {};
  if (const auto fault = format::fault_of(layout, static_cast<std::uint64_t>(status.st_size)))
    return failure(path, *fault, true);
  if (layout.capacity % event_log::Ring::page_size() != 0)
    return failure(path, "was made on a machine with smaller memory pages and cannot be mapped here", true);
  if ((status.st_mode & 07777) != owner_only && ::fchmod(fd.get(), owner_only) != 0)
    return failure(path, "cannot be made its owner's alone (mode 0600): " + message(errno));
  if (auto fault = allocate(path, fd, ring_offset + layout.capacity))
    return std::move(*fault);                                              // a copy may have holes
  if (is_half_made(being_made(path))) ::unlink(being_made(path).c_str());  // of a change that was interrupted

  File file(path, std::move(fd), false);
  if (auto mapped = file.map(); !mapped) return Unexpected{std::move(mapped.error())};
  return file;
}

Result<File, Error> File::make(const std::string& path, const Layout& layout) {
  const std::string name = being_made(path);
  if (std::error_code none; std::filesystem::exists(name, none) && !is_half_made(name)) {
    return failure(path,
                   "cannot be made: " + printable(name) +
                       " is in the way, a file of somebody else: move it away, or set storage.path to another file");
  }
  UniqueFd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, owner_only));
  if (!fd) return cannot_be_opened(path);
  // Truncated below: not if it has meanwhile become the event log of a program that is already gone.
  auto fault = lock(fd, path, name);
  if (fault) return std::move(*fault);
  if (::ftruncate(fd.get(), 0) != 0 || ::fchmod(fd.get(), owner_only) != 0)
    fault = failure(path, "cannot be made: " + message(errno));
  if (!fault) fault = allocate(path, fd, ring_offset + layout.capacity);
  if (fault) {
    ::unlink(name.c_str());
    return std::move(*fault);
  }
  File file(path, std::move(fd), true);
  if (auto mapped = file.map(); !mapped) return Unexpected{std::move(mapped.error())};
  auto* const header = new (file.base_) Header{};
  header->layout = layout;
  for (AtomicWord* word : {&header->reserved_end, &header->end, &header->latest_unix_ms, &header->skew_ranges})
    file.set(*word, {.offset = 0});
  file.set(header->hold, {});
  for (event_log::InFlightWord& word : file.in_flight()) new (&word) event_log::InFlightWord;
  return file;
}

/// What was made gets its name.
Result<void, Error> File::appear(bool replace) {
  const std::string made = being_made(path_);
  if (const int error = flush(); error != 0) return failure(path_, "cannot be written: " + message(error));
  // Not over a file that another process has made meanwhile; a file system that cannot promise that has to do without.
  int failed = ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, path_.c_str(), replace ? 0 : RENAME_NOREPLACE);
  if (failed != 0 && errno == EINVAL) failed = ::rename(made.c_str(), path_.c_str());
  if (failed != 0) {
    const int error = errno;
    ::unlink(made.c_str());
    if (error == EEXIST) return failure(path_, in_use);
    return failure(path_, "cannot get its name: " + message(error));
  }
  crash_point("open.renamed");
  if (const int error = sync_folder(path_); error != 0)
    return failure(path_, "cannot be written: its folder: " + message(error));
  return {};
}

Result<File, Error> File::resized(std::uint64_t capacity, const event_log::Ring& ring, std::uint64_t begin,
                                  std::uint64_t end) const {
  Layout layout = header().layout;
  layout.capacity = capacity;
  layout.checksum = layout.right_checksum();
  Result<File, Error> made = make(path_, layout);
  if (!made) return made;
  const auto copied = event_log::Ring::map(made->fd_.get(), ring_offset, capacity, false);
  if (!copied) return failure(path_, copied.error());
  std::memcpy(copied->at(begin), ring.at(begin), end - begin);
  std::memcpy(static_cast<void*>(made->slots().data()), static_cast<const void*>(slots().data()), slots().size_bytes());
  Header& header = made->header();
  const Header& old = this->header();
  made->set(header.reserved_end, {.offset = end});
  header.end = old.end.load();  // none, or this end
  header.hold = old.hold.load();
  header.boot_high = old.boot_high.load();
  header.boot_low = old.boot_low.load();
  header.latest_unix_ms = old.latest_unix_ms.load();
  for (std::size_t i = 0; i < Header::max_skew_ranges; ++i) {
    header.clock_skew_ranges[i].begin = old.clock_skew_ranges[i].begin.load();
    header.clock_skew_ranges[i].end = old.clock_skew_ranges[i].end.load();
    header.clock_skew_ranges[i].ahead_ms = old.clock_skew_ranges[i].ahead_ms.load();
  }
  header.skew_ranges = old.skew_ranges.load();
  if (auto appeared = made->appear(true); !appeared) return Unexpected{std::move(appeared.error())};
  made->is_new_ = false;
  return made;
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::move(other.fd_)),
      is_new_(other.is_new_),
      base_(std::exchange(other.base_, nullptr)) {}

File::~File() {
  if (base_ != nullptr) ::munmap(base_, ring_offset);
}

Result<void, Error> File::map() {
  void* const mapped = ::mmap(nullptr, ring_offset, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
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

Result<event_log::Ring, Error> File::map_ring() const {
  Result<event_log::Ring> ring = event_log::Ring::map(fd_.get(), ring_offset, capacity(), false);
  if (!ring) return failure(path_, "cannot be mapped: " + ring.error());
  return std::move(*ring);
}

void File::forget_slot_pages() const noexcept {
  ::madvise(base_ + format::slots_offset, ring_offset - format::slots_offset, MADV_DONTNEED);
}

int File::flush() const noexcept { return ::fdatasync(fd_.get()) == 0 ? 0 : errno; }

int File::flush_header() const noexcept {
  return ::msync(base_, event_log::Ring::page_size(), MS_SYNC) == 0 ? 0 : errno;
}

}  // namespace oneshot::storage
