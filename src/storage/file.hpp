// SPDX-License-Identifier: MIT
#pragma once

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
/// its mapping can fail for want of room. Knows where things lie, not what they mean.
class File {
 public:
  /// Opens the file, or makes it with a ring of `capacity` bytes; one that is there keeps its own. A new file appears
  /// under its name once it is whole.
  static Result<File, Error> open(const std::string& path, std::uint64_t capacity, std::int64_t now_unix_ms);
  File(File&&) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  /// Puts a file with a ring of `capacity` bytes in the place of this one, with the same scrapers and the records
  /// in [begin, end) of `ring`, which is this file's; they fit.
  Result<File, Error> resized(std::uint64_t capacity, const event_log::Ring& ring, std::uint64_t begin,
                              std::uint64_t end) const;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] bool is_new() const noexcept { return is_new_; }
  [[nodiscard]] Header& header() const noexcept;
  [[nodiscard]] std::span<event_log::InFlightWord> in_flight() const noexcept;
  [[nodiscard]] std::span<ScraperSlot> slots() const noexcept;
  /// What a word of the header or of a slot says; nothing for a damaged one.
  [[nodiscard]] std::optional<CheckedWord> get(const AtomicWord& word) const noexcept;
  /// Stores it at once, behind what was stored before.
  void set(AtomicWord& word, CheckedWord value) noexcept;
  [[nodiscard]] std::uint64_t salt() const noexcept { return header().layout.salt; }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return header().layout.capacity; }
  /// Two mappings of the ring may be there at once.
  [[nodiscard]] Result<event_log::Ring, Error> map_ring() const;
  /// Lets go of memory that reading the whole table has taken.
  void forget_slot_pages() const noexcept;

  /// Makes durable what was written before the call: the whole file, or its header alone. 0, or what errno says.
  [[nodiscard]] int flush() const noexcept;
  [[nodiscard]] int flush_header() const noexcept;

 private:
  File(std::string path, UniqueFd fd, bool is_new) : path_(std::move(path)), fd_(std::move(fd)), is_new_(is_new) {}
  static Result<File, Error> make(const std::string& path, const Layout& layout);
  Result<void, Error> map();
  [[nodiscard]] std::uint64_t place_of(const AtomicWord& word) const noexcept;
  Result<void, Error> appear(bool replace);

  std::string path_;
  UniqueFd fd_;
  bool is_new_;
  std::byte* base_ = nullptr;  // everything before the ring
};

}  // namespace oneshot::storage
