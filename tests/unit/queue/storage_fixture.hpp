// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>

#include "storage/format.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {

/// A folder that is gone when the test is over.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "oneshot-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// The queue of a Fixture in a file, which several programs use one after the other.
struct StorageFixture : Fixture {
  Folder folder;

  StorageFixture() { options.storage.path = folder.file("events.log"); }

  /// The program ends in good order; the next call of queue() is a new one.
  void end() { embedded.reset(); }
  /// The program is killed now: what it has written so far is there, and nothing that it would do later.
  void kill() {
    const std::string copy = folder.file("killed");
    std::filesystem::copy_file(options.storage.path, copy);
    embedded.reset();
    std::filesystem::rename(copy, options.storage.path);
  }
  void kill_again_and_again() {
    for (int i = 0; i < 20; ++i) {
      queue();
      kill();
    }
  }
  /// The same, and then the machine had another boot id.
  void lose_power() {
    kill();
    write(offsetof(storage::Header, boot_low), std::uint64_t{12345});
  }

  template <class T>
  [[nodiscard]] T read(std::uint64_t offset) const {
    T value{};
    std::ifstream file(options.storage.path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(reinterpret_cast<char*>(&value), sizeof value);
    return value;
  }
  template <class T>
  void write(std::uint64_t offset, const T& value) const {
    std::fstream file(options.storage.path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(reinterpret_cast<const char*>(&value), sizeof value);
    REQUIRE(file.good());
  }
  /// Flips a bit of the byte at `offset`.
  void damage(std::uint64_t offset) const { write(offset, static_cast<char>(read<char>(offset) ^ 4)); }
  /// Where the record at `offset` begins in the file.
  [[nodiscard]] std::uint64_t in_ring(std::uint64_t offset) const {
    return storage::format::default_ring_offset + offset % options.storage.capacity_bytes;
  }
  /// Where the text stands first in the ring.
  [[nodiscard]] std::uint64_t offset_of(std::string_view text) const {
    std::ifstream file(options.storage.path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(storage::format::default_ring_offset));
    const std::string ring((std::istreambuf_iterator<char>(file)), {});
    std::size_t found = ring.find(text);
    while (found != std::string::npos && found % 8 != 0)
      found = ring.find(text, found + 1);  // not a part of a checksum
    REQUIRE(found != std::string::npos);
    return storage::format::default_ring_offset + found;
  }
  /// Why the queue cannot be opened.
  [[nodiscard]] storage::Error refusal() const {
    auto opened = EmbeddedQueue::open(options, clock);
    REQUIRE_FALSE(opened.has_value());
    return opened.error();
  }
};

}  // namespace oneshot::queue::test
