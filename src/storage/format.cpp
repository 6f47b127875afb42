// SPDX-License-Identifier: MIT
#include "storage/format.hpp"

#include <cstdio>
#include <fstream>

#include "base/hash.hpp"

namespace oneshot::storage {

BootId BootId::current() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  std::erase(text, '-');
  BootId id;
  unsigned long long high = 0;
  unsigned long long low = 0;
  if (text.size() == 32 && std::sscanf(text.c_str(), "%16llx%16llx", &high, &low) == 2) id = {high, low};
  return id;
}

std::uint64_t Layout::right_checksum() const noexcept {
  return hash_bytes({reinterpret_cast<const char*>(this), offsetof(Layout, checksum)}, Seed{salt});
}

std::uint64_t format::used_word(std::string_view name, std::uint64_t salt) noexcept {
  return hash_bytes(name, Seed{salt}) | 1;
}

std::string format::too_short_file(std::uint64_t file_size, std::uint64_t right_size) {
  return "is cut short: it has " + std::to_string(file_size) + " bytes, but its header says " +
         std::to_string(right_size) +
         ": move it away to begin with an empty one, or bring it back whole from where it was copied";
}

Result<void> format::check(const Layout& layout, std::uint64_t file_size) {
  if (file_size < sizeof(Layout) || layout.magic != Layout::right_magic) return Unexpected{foreign_file};
  if (layout.version != Layout::current_version) {
    return Unexpected{"is an event log of format version " + std::to_string(layout.version) +
                      ", and this program knows versions 1 and " + std::to_string(Layout::current_version) +
                      ": use a version of the program that knows it, or move it away to begin with an empty one"};
  }
  if (layout.checksum != layout.right_checksum() || layout.slots != slot_count || layout.capacity == 0 ||
      layout.capacity % in_flight_offset != 0 || layout.salt == 0 || layout.key_table_size % in_flight_offset != 0 ||
      layout.key_table_size > largest_key_table_size) {
    return Unexpected{damaged_header};
  }
  if (file_size < layout.file_size()) return Unexpected{too_short_file(file_size, layout.file_size())};
  return {};
}

}  // namespace oneshot::storage
