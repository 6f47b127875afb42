// SPDX-License-Identifier: MIT
//
// How a storage file comes to be: made beside its name under a name of its own, filled, flushed, and then renamed. So
// there is always a whole file under the name, the former or the new one, whenever the program is killed.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>

#include "base/crash_point.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "storage/disk.hpp"
#include "storage/file.hpp"
#include "storage/file_lock.hpp"
#include "storage/key_entries.hpp"

namespace oneshot::storage {

using disk::failure;
using disk::message;

Result<File, Error> File::make_empty(const std::string& path, const Sizes& sizes, std::int64_t now_unix_ms,
                                     bool replace) {
  Layout layout;
  layout.capacity = sizes.capacity;
  layout.key_table_size = sizes.key_table;
  layout.salt = static_cast<std::uint64_t>(random_seed());
  layout.made_unix_ms = now_unix_ms;
  Result<File, Error> made = make(path, layout, "make room, or lower storage.capacity_mib");
  if (!made) return made;
  if (auto appeared = made->appear(replace); !appeared) return Unexpected{std::move(appeared.error())};
  return made;
}

Result<File, Error> File::make(const std::string& path, Layout layout, const char* advice) {
  const std::string name = disk::being_made(path);
  std::error_code none;
  // A link that leads nowhere is in the way too.
  if (std::filesystem::exists(std::filesystem::symlink_status(name, none)) && !disk::is_half_made(name)) {
    return failure(path,
                   "cannot be made: " + printable(name) +
                       " is in the way, a file of somebody else: move it away, or set storage.path to another file");
  }
  UniqueFd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, disk::owner_only));
  if (!fd) return disk::cannot_be_opened(path);
  // Truncated below: not if it has meanwhile become the event log of a program that is already gone.
  if (auto locked = lock_file(fd, path, name); !locked) return Unexpected{std::move(locked.error())};
  Result<void, Error> allocated;
  if (::ftruncate(fd.get(), 0) != 0 || ::fchmod(fd.get(), disk::owner_only) != 0) {
    allocated = failure(path, "cannot be made: " + message(errno));
  } else {
    allocated = disk::allocate(fd, path, layout.file_size(), advice);
  }
  if (!allocated) {
    ::unlink(name.c_str());
    return Unexpected{std::move(allocated.error())};
  }
  File file(path, std::move(fd), true, layout.ring_offset());
  if (auto mapped = file.map(); !mapped) return Unexpected{std::move(mapped.error())};
  file.write_header(layout);
  return file;
}

/// Of an empty log.
void File::write_header(Layout layout) {
  layout.version = Layout::current_version;
  layout.slots = format::slot_count;
  layout.checksum = layout.right_checksum();
  auto* const header = new (base_) Header{};
  header->layout = layout;
  for (AtomicWord* word : {&header->reserved_end, &header->end, &header->latest_unix_ms, &header->skew_ranges})
    set(*word, {.offset = 0});
  set(header->hold, {});
  set(header->history, {});
  for (event_log::InFlightWord& word : in_flight()) new (&word) event_log::InFlightWord;
}

/// What was made gets its name.
Result<void, Error> File::appear(bool replace) {
  const std::string made = disk::being_made(path_);
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
  if (const int error = disk::sync_folder(path_); error != 0)
    return failure(path_, "cannot be written: its folder: " + message(error));
  return {};
}

Result<File, Error> File::resized(const Sizes& sizes, const event_log::Ring& ring, std::uint64_t begin,
                                  std::uint64_t end) const {
  Layout layout = header().layout;
  layout.capacity = sizes.capacity;
  layout.key_table_size = sizes.key_table;
  Result<File, Error> made = make(path_, layout, "make room, or lower storage.capacity_mib");
  if (!made) return made;
  const auto other_ring = made->map_ring();
  if (!other_ring) return Unexpected{other_ring.error()};
  std::memcpy(other_ring->at(begin), ring.at(begin), end - begin);
  made->copy_tables(*this);
  made->copy_words(*this);
  made->set(made->header().reserved_end, {.offset = end});
  if (auto appeared = made->appear(true); !appeared) return Unexpected{std::move(appeared.error())};
  made->is_new_ = false;
  return made;
}

void File::copy_tables(const File& other) {
  const auto copy = [](auto to, auto from) {
    std::memcpy(static_cast<void*>(to.data()), static_cast<const void*>(from.data()), from.size_bytes());
  };
  copy(slots(), other.slots());
  if (key_table().size() == other.key_table().size()) {
    copy(key_table(), other.key_table());
  } else {
    copy_keys(key_table(), other.key_table());
  }
}

/// Of a file with the same salt: what is a whole word there, or a damaged one, is so here.
void File::copy_words(const File& other) noexcept {
  Header& to = header();
  const Header& from = other.header();
  const auto copy = [](AtomicWord& word, const AtomicWord& old) { word = old.load(); };
  copy(to.end, from.end);  // none, or the end of what was copied
  copy(to.hold, from.hold);
  copy(to.history, from.history);
  copy(to.boot_high, from.boot_high);
  copy(to.boot_low, from.boot_low);
  copy(to.latest_unix_ms, from.latest_unix_ms);
  for (std::size_t i = 0; i < Header::max_skew_ranges; ++i) {
    copy(to.clock_skew_ranges[i].begin, from.clock_skew_ranges[i].begin);
    copy(to.clock_skew_ranges[i].end, from.clock_skew_ranges[i].end);
    copy(to.clock_skew_ranges[i].ahead_ms, from.clock_skew_ranges[i].ahead_ms);
  }
  copy(to.skew_ranges, from.skew_ranges);
}

}  // namespace oneshot::storage
