// SPDX-License-Identifier: MIT
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "event_log/ring.hpp"
#include "storage/error.hpp"
#include "storage/format.hpp"

namespace oneshot::storage {

/// The storage file, open, locked against other processes, and with all its blocks allocated, so that no later write to
/// its mapping can fail for want of room. Knows where things lie, not what they mean. One thread at a time, except for
/// get() and set().
class File {
 public:
  /// What may be another at each start.
  struct Sizes {
    std::uint64_t capacity;                                    ///< bytes of the ring
    std::uint64_t key_table = format::default_key_table_size;  ///< bytes

    friend bool operator==(const Sizes&, const Sizes&) = default;
  };
  /// Opens the file, or makes a new one of these sizes; a file that is there keeps its own. A file of version 1 becomes
  /// one of version 2. A new file appears under its name once it is whole.
  static Result<File, Error> open(const std::string& path, const Sizes& sizes, std::int64_t now_unix_ms);
  File(File&&) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  /// Puts a file of these sizes in the place of this one, with the same scrapers, the records in [begin, end) of
  /// `ring`, which is this file's and which fit, and the newest keys.
  Result<File, Error> resized(const Sizes& sizes, const event_log::Ring& ring, std::uint64_t begin,
                              std::uint64_t end) const;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] bool is_new() const noexcept { return is_new_; }
  /// The name does not lead to this file any more: the next start will not find what is in it.
  [[nodiscard]] bool is_gone() const noexcept;
  [[nodiscard]] Header& header() const noexcept;
  [[nodiscard]] std::span<event_log::InFlightWord> in_flight() const noexcept;
  [[nodiscard]] std::span<ScraperSlot> slots() const noexcept;
  [[nodiscard]] std::span<KeyEntry> key_table() const noexcept;
  /// What a word of the header or of a slot says; nothing for a damaged one.
  [[nodiscard]] std::optional<CheckedWord> get(const AtomicWord& word) const noexcept;
  /// Stores it at once, behind what was stored before.
  void set(AtomicWord& word, CheckedWord value) noexcept;
  [[nodiscard]] std::uint64_t salt() const noexcept { return header().layout.salt; }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return header().layout.capacity; }
  [[nodiscard]] Sizes sizes() const noexcept { return {capacity(), header().layout.key_table_size}; }
  /// Two mappings of the ring may be there at once.
  [[nodiscard]] Result<event_log::Ring, Error> map_ring() const;
  /// Lets go of memory that reading the whole tables has taken.
  void forget_table_pages() const noexcept;

  /// Makes durable what was written before the call: the whole file, or its header alone. 0, or what errno says.
  [[nodiscard]] int flush() const noexcept;
  [[nodiscard]] int flush_header() const noexcept;

 private:
  File(std::string path, UniqueFd fd, bool is_new, std::uint64_t ring_offset)
      : path_(std::move(path)), fd_(std::move(fd)), is_new_(is_new), ring_offset_(ring_offset) {}
  static Result<File, Error> open_current(const std::string& path, UniqueFd fd, const Layout& layout,
                                          const struct stat& status);
  static Result<void, Error> check_pages(const std::string& path, std::uint64_t capacity);
  static Result<File, Error> make_empty(const std::string& path, const Sizes& sizes, std::int64_t now_unix_ms,
                                        bool replace);
  /// Beside `path`, for an empty log; of `layout` only version, slots and checksum are still to be set.
  static Result<File, Error> make(const std::string& path, Layout layout, const char* advice);
  /// What the file of version 1 says, in the place of that file.
  static Result<File, Error> migrated(const std::string& path, const UniqueFd& fd, std::uint64_t key_table_size);
  void write_header(Layout layout);
  void copy_tables(const File& other);
  void copy_words(const File& other) noexcept;
  Result<void, Error> map();
  [[nodiscard]] std::uint64_t place_of(const AtomicWord& word) const noexcept;
  Result<void, Error> appear(bool replace);

  std::string path_;
  UniqueFd fd_;
  bool is_new_;
  std::uint64_t ring_offset_;
  std::byte* base_ = nullptr;  // everything before the ring
};

}  // namespace oneshot::storage
