// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <span>

#include "event/event.hpp"
#include "event_log/event_log.hpp"
#include "queue/local/keys/key_part.hpp"
#include "storage/key_entries.hpp"

namespace oneshot::queue {

/// The idempotency keys that came in, each with what tells its event from another. Bounded: the oldest key of a part
/// leaves. Any thread; each part has a lock, which whoever stores an event with a key holds over the look for the key,
/// the append and the note, so that of two equal POSTs one finds the key of the other.
class KeyTable {
 public:
  /// In memory, which is taken as it is used. 0 keys: none is ever known.
  explicit KeyTable(std::uint64_t keys);
  /// In a file. Empty: as above.
  explicit KeyTable(std::span<storage::KeyEntry> entries);
  [[nodiscard]] bool is_off() const noexcept { return entries_.empty(); }

  /// At a start with a file, where the log has whole records in [begin, end): keys whose events are not there become
  /// unknown, since they were never stored or got lost; keys that only the log has become known. What is below `begin`
  /// was there, and is no longer needed.
  void restore(const event_log::EventLog& log, std::uint64_t begin, std::uint64_t end);

  /// One part, or several, locked against others.
  class Locked {
   public:
    Locked(Locked&& other) noexcept : of_(other.of_), parts_(std::exchange(other.parts_, 0)) {}
    Locked& operator=(Locked&&) = delete;
    ~Locked();
    /// Of a part that is locked. Null where the key is not known.
    [[nodiscard]] const storage::KeyEntry* find(const event::IdempotencyKey& key) const noexcept;
    void note(const storage::KeyEntry& entry) noexcept;

   private:
    friend class KeyTable;
    Locked(KeyTable& of, std::uint32_t parts);
    KeyTable& of_;
    std::uint32_t parts_;  // a bit for each
  };
  /// The bit of the key's part, for lock().
  [[nodiscard]] static std::uint32_t bit_of(const event::IdempotencyKey& key) noexcept {
    return 1u << storage::part_of(key);
  }
  [[nodiscard]] Locked lock(std::uint32_t parts) { return {*this, parts}; }

 private:
  struct alignas(64) Part {
    std::mutex mutex;
    KeyPart keys;
  };
  struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
  };
  /// Zeros, of which no page is taken before it is touched.
  template <class T>
  using Zeros = std::unique_ptr<T[], Free>;

  [[nodiscard]] KeyPart& part_of(const event::IdempotencyKey& key) noexcept {
    return parts_[storage::part_of(key)].keys;
  }
  void drop_void(const event_log::EventLog& log, std::uint64_t begin, std::uint64_t end);

  Zeros<storage::KeyEntry> own_entries_;
  std::span<storage::KeyEntry> entries_;
  Zeros<std::uint32_t> index_;
  std::array<Part, storage::key_parts> parts_;
};

/// Tells an event from others under its key, by its series and its value.
[[nodiscard]] std::uint32_t fingerprint(std::uint64_t series_hash, double value) noexcept;

}  // namespace oneshot::queue
