// SPDX-License-Identifier: MIT
//
// Locks are taken in the order of the parts, so that two who want several cannot wait for each other.
#include "queue/local/keys/key_table.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <vector>

#include "base/hash.hpp"

namespace oneshot::queue {
namespace {

template <class T>
T* zeros(std::size_t count) {
  void* const memory = std::calloc(count, sizeof(T));
  if (memory == nullptr && count != 0) throw std::bad_alloc();
  return static_cast<T*>(memory);
}

std::size_t whole_entries(std::uint64_t keys) noexcept {
  return storage::key_table_size(keys) / sizeof(storage::KeyEntry);
}

}  // namespace

std::uint32_t fingerprint(std::uint64_t series_hash, double value) noexcept {
  const auto bytes = std::bit_cast<std::array<char, sizeof value>>(value);
  return static_cast<std::uint32_t>(hash_bytes({bytes.data(), bytes.size()}, Seed{series_hash}));
}

KeyTable::KeyTable(std::uint64_t keys)
    : KeyTable(std::span(zeros<storage::KeyEntry>(whole_entries(keys)), whole_entries(keys))) {
  own_entries_.reset(entries_.data());
}

KeyTable::KeyTable(std::span<storage::KeyEntry> entries) : entries_(entries) {
  if (is_off()) return;
  const std::size_t places = KeyPart::index_size(entries_.size() / storage::key_parts);
  index_.reset(zeros<std::uint32_t>(places * storage::key_parts));
  for (std::size_t number = 0; number < storage::key_parts; ++number)
    parts_[number].keys = KeyPart(storage::part(entries_, number), std::span(index_.get() + number * places, places));
}

void KeyTable::restore(const event_log::EventLog& log, std::uint64_t begin, std::uint64_t end) {
  if (is_off()) return;
  drop_void(log, begin, end);
  event_log::Offset at{.bytes = begin};
  log.walk(at, end, [&](const event_log::Record& record) {
    const auto key = record.is_padding() ? std::nullopt : record.key();
    if (!key || key->high == 0) return false;
    KeyPart& part = part_of(*key);
    const storage::KeyEntry* const known = part.find(*key);
    const bool is_newer = known == nullptr ? part.may_have_had(at.bytes) : known->offset < at.bytes;
    if (is_newer)
      part.note({.key = *key,
                 .offset = at.bytes,
                 .fingerprint = fingerprint(record.series_hash, record.value),
                 .unix_seconds = static_cast<std::uint32_t>(record.unix_ms / 1000)});
    return false;
  });
}

/// Takes in what is in the file, but for keys of events that are not in the log and should be.
void KeyTable::drop_void(const event_log::EventLog& log, std::uint64_t begin, std::uint64_t end) {
  struct Wanted {
    std::uint64_t offset;
    event::IdempotencyKey key;
    bool is_there;
  };
  std::vector<Wanted> wanted;
  for (const storage::KeyEntry& entry : entries_)
    if (entry.key.high != 0 && entry.offset >= begin && entry.offset < end)
      wanted.push_back({entry.offset, entry.key, false});
  std::ranges::sort(wanted, {}, &Wanted::offset);
  auto next = wanted.begin();
  event_log::Offset at{.bytes = begin};
  log.walk(at, end, [&](const event_log::Record& record) {
    while (next != wanted.end() && next->offset < at.bytes) ++next;
    for (; next != wanted.end() && next->offset == at.bytes; ++next)
      next->is_there = !record.is_padding() && record.key() == next->key;
    return next == wanted.end();
  });
  std::erase_if(wanted, [](const Wanted& one) { return one.is_there; });
  const auto is_void = [&wanted](const storage::KeyEntry& entry) {
    auto found = std::ranges::lower_bound(wanted, entry.offset, {}, &Wanted::offset);
    while (found != wanted.end() && found->offset == entry.offset && found->key != entry.key) ++found;
    return found != wanted.end() && found->offset == entry.offset;
  };
  for (std::size_t number = 0; number < storage::key_parts; ++number) {
    parts_[number].keys.take_in([&](const storage::KeyEntry& entry) {
      return entry.offset < end && storage::part_of(entry.key) == number && !is_void(entry);
    });
  }
}

KeyTable::Locked::Locked(KeyTable& of, std::uint32_t parts) : of_(of), parts_(parts) {
  for (std::uint32_t left = parts; left != 0; left &= left - 1)
    of_.parts_[static_cast<std::size_t>(std::countr_zero(left))].mutex.lock();
}

KeyTable::Locked::~Locked() {
  for (std::uint32_t left = parts_; left != 0; left &= left - 1)
    of_.parts_[static_cast<std::size_t>(std::countr_zero(left))].mutex.unlock();
}

const storage::KeyEntry* KeyTable::Locked::find(const event::IdempotencyKey& key) const noexcept {
  return of_.part_of(key).find(key);
}

void KeyTable::Locked::note(const storage::KeyEntry& entry) noexcept { of_.part_of(entry.key).note(entry); }

}  // namespace oneshot::queue
