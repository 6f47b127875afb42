// SPDX-License-Identifier: MIT
#include "support/version_1_file.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "event_log/record.hpp"
#include "storage/format.hpp"
#include "storage/format_v1.hpp"

namespace oneshot::test {
namespace {

namespace v1 = storage::v1;
using event_log::Record;
using storage::CheckedWord;
using storage::Header;
using storage::ScraperSlot;

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

class Writer {
 public:
  explicit Writer(std::string from) : from_(std::move(from)) {
    std::memcpy(&layout_, from_.data(), sizeof layout_);
    require(layout_.version == 2 && layout_.checksum == layout_.right_checksum(), "no file of version 2");
    to_.resize(v1::ring_offset + layout_.capacity);
    ring_ = from_.substr(layout_.ring_offset(), layout_.capacity);
    ring_ += ring_;
  }

  std::string write() {
    v1::Layout layout;
    layout.slots = layout_.slots;
    layout.capacity = layout_.capacity;
    layout.salt = layout_.salt;
    layout.made_unix_ms = layout_.made_unix_ms;
    layout.checksum = layout.right_checksum();
    std::memcpy(to_.data(), &layout, sizeof layout);
    for (std::uint64_t at = offsetof(Header, reserved_end); at < offsetof(Header, history); at += 8) {
      const bool is_boot = at == offsetof(Header, boot_high) || at == offsetof(Header, boot_low);
      const bool is_unused = at > offsetof(Header, skew_ranges) && word(at) == 0;
      is_boot || is_unused ? put(at, word(at)) : copy_word(at, at);
    }
    std::memcpy(&to_[storage::format::in_flight_offset], &from_[storage::format::in_flight_offset],
                storage::format::slots_offset - storage::format::in_flight_offset);
    for (std::uint64_t at = storage::format::slots_offset; at < v1::ring_offset; at += sizeof(ScraperSlot)) slot(at);
    records();
    return std::move(to_);
  }

 private:
  [[nodiscard]] std::uint64_t word(std::uint64_t at) const {
    std::uint64_t word = 0;
    std::memcpy(&word, &from_[at], sizeof word);
    return word;
  }
  void put(std::uint64_t at, std::uint64_t word) { std::memcpy(&to_[at], &word, sizeof word); }
  [[nodiscard]] std::uint64_t offset(std::uint64_t at) const {
    const auto word = CheckedWord::decode(this->word(at), layout_.salt, at);
    require(word.has_value(), "a damaged word of the header");
    return word->offset;
  }
  void copy_word(std::uint64_t to, std::uint64_t from) {
    const auto word = CheckedWord::decode(this->word(from), layout_.salt, from);
    put(to, v1::encode(word.value_or(CheckedWord{}), layout_.salt, to) ^ (word ? 0 : 1));
  }

  void slot(std::uint64_t at) {
    const std::uint64_t used = word(at);
    if (used == 0) return;
    const auto length = std::min<std::uint64_t>(word(at + offsetof(ScraperSlot, name_length)), 128);
    const std::string_view name(&from_[at + offsetof(ScraperSlot, name)], length);
    const bool whole = used == storage::format::used_word(name, layout_.salt);
    put(at + offsetof(v1::Slot, used), whole ? v1::used_word(name) : used);
    put(at + offsetof(v1::Slot, name_length), length);
    std::memcpy(&to_[at + offsetof(v1::Slot, name)], name.data(), length);
    copy_word(at + offsetof(v1::Slot, cursor), at + offsetof(ScraperSlot, cursor));
    copy_word(at + offsetof(v1::Slot, batch), at + offsetof(ScraperSlot, batch));
  }

  void records() {
    const std::uint64_t ended = offset(offsetof(Header, end));
    const std::uint64_t end = ended == CheckedWord::none ? offset(offsetof(Header, reserved_end)) : ended;
    for (std::uint64_t at = end - std::min(end, layout_.capacity); at < end;) at += record(at, end - at);
  }
  /// The bytes that were gone over.
  std::uint64_t record(std::uint64_t offset, std::uint64_t room) {
    alignas(8) Record from;
    const char* const bytes = &ring_[offset % layout_.capacity];
    const auto& there = *reinterpret_cast<const Record*>(bytes);
    const std::uint64_t size = there.size();
    if (size < 8 || size > room || size % 8 != 0) return 8;
    if (there.checksum != there.right_checksum(layout_.salt, offset)) return 8;
    std::memcpy(&from, bytes, std::min(size, sizeof from));
    const bool whole = there.is_padding() || there.is_text_whole(Seed{layout_.salt});
    require(there.is_padding() || (!there.key() && !there.sent_unix_ms() && there.metric().empty()), "a new record");
    v1::Record to{.length_and_flags = from.length_and_flags,
                  .checksum = 0,
                  .unix_ms = from.unix_ms,
                  .value = from.value,
                  .series_hash = 0};
    const std::string_view labels = there.is_padding() ? std::string_view{} : there.labels();
    to.series_hash = v1::hash_bytes(labels) ^ (whole ? 0 : 1);
    to.checksum = to.right_checksum(layout_.salt, offset);
    std::string out(size, '\0');
    std::memcpy(out.data(), &to, std::min(size, sizeof to));
    if (!labels.empty()) std::memcpy(&out[sizeof to], labels.data(), labels.size());
    for (std::uint64_t i = 0; i < (there.is_padding() ? 8 : size); ++i)
      to_[v1::ring_offset + (offset + i) % layout_.capacity] = out[i];
    return size;
  }

  std::string from_;
  std::string ring_;  // twice in a row
  std::string to_;
  storage::Layout layout_;
};

}  // namespace

void make_version_1(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Writer writer(std::string((std::istreambuf_iterator<char>(file)), {}));
  const std::string bytes = writer.write();
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace oneshot::test
