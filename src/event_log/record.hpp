// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/hash.hpp"
#include "event/event.hpp"
#include "event_log/record_id.hpp"

namespace oneshot::event_log {

/// The hash of a series: of its labels, and of its metric's name unless the name is empty.
[[nodiscard]] inline std::uint64_t series_hash(std::string_view metric, std::string_view labels, Seed seed) noexcept {
  return hash_bytes(labels, metric.empty() ? seed : Seed{hash_bytes(metric, seed)});
}

/// An event as it lies in the log. In this order: this header, 16 bytes of idempotency key, 8 bytes of the sender's
/// time, the metric's name with a NUL behind it, the text of the labels, zero to 7 bytes of padding. All but the header
/// and the labels are optional, and flags say what is there. Records follow each other without gaps. The layout is
/// fixed, so that a log can live in a file (storage/format.hpp).
///
/// A padding record is a range to be passed over: a hole, or an event whose POST was refused after all. Of a padding
/// record only the first 8 bytes count, which are stored at once. Its length is that of the whole range and has 29
/// bits: the flags of events below them do not exist there.
struct Record {
  static constexpr std::uint32_t padding_flag = 1u << 31;
  static constexpr std::uint32_t value_given_flag = 1u << 30;  ///< the client sent a value
  /// Its series had a later time already, from before the clock was set back.
  static constexpr std::uint32_t out_of_order_flag = 1u << 29;
  static constexpr std::uint32_t named_flag = 1u << 28;  ///< the text begins with the metric's name and a NUL
  static constexpr std::uint32_t keyed_flag = 1u << 27;  ///< has an idempotency key
  static constexpr std::uint32_t sent_flag = 1u << 26;   ///< has the sender's time
  /// Of an event's text: the metric's name, its NUL and the labels.
  static constexpr std::uint32_t max_length = sent_flag - 1;
  /// Of a padding record, header included.
  static constexpr std::uint32_t max_padding = (out_of_order_flag - 1) & ~7u;

  std::uint32_t length_and_flags;
  std::uint32_t checksum;  ///< in a file right_checksum(); 0 in memory, where a record is either whole or not visible
  std::int64_t unix_ms;    ///< when it was stored; with explicit timestamps see sample_unix_ms()
  double value;
  std::uint64_t series_hash;

  [[nodiscard]] bool is_padding() const noexcept { return (length_and_flags & padding_flag) != 0; }
  [[nodiscard]] bool value_given() const noexcept { return (length_and_flags & value_given_flag) != 0; }
  [[nodiscard]] bool is_out_of_order() const noexcept { return (length_and_flags & out_of_order_flag) != 0; }
  /// See RecordId.
  [[nodiscard]] std::uint64_t tag() const noexcept { return RecordId::tag_of(series_hash, unix_ms); }
  [[nodiscard]] std::uint64_t size() const noexcept {
    return is_padding() ? length_and_flags & (out_of_order_flag - 1) : size_for(length_and_flags);
  }

  /// For who goes through records one behind the other, of each: one of the next dozen is fetched from memory
  /// meanwhile. Where the next one begins is known only once this one is here, and the processor fetches ahead by
  /// itself only to the end of a page. What lies there need not be a record, nor memory.
  void fetch_next_ones() const noexcept {
    constexpr std::size_t distance = 1024;
    __builtin_prefetch(reinterpret_cast<const char*>(this) + distance);
  }

  // For events.
  [[nodiscard]] std::uint32_t length() const noexcept { return length_and_flags & max_length; }
  [[nodiscard]] std::string_view metric() const noexcept { return {text(), name_length()}; }
  [[nodiscard]] std::string_view labels() const noexcept {
    if (!has(named_flag)) return {text(), length()};
    const std::size_t before = name_length() + 1;
    return before > length() ? std::string_view{} : std::string_view{text() + before, length() - before};
  }
  [[nodiscard]] std::optional<event::IdempotencyKey> key() const noexcept {
    if (!has(keyed_flag)) return std::nullopt;
    return event::IdempotencyKey{.high = extra(0), .low = extra(1)};
  }
  [[nodiscard]] std::optional<std::int64_t> sent_unix_ms() const noexcept {
    if (!has(sent_flag)) return std::nullopt;
    return static_cast<std::int64_t>(extra(has(keyed_flag) ? 2 : 0));
  }
  /// With explicit timestamps: the time that its sample goes out with, unique and ascending in its series. Never later
  /// than when it was stored, whatever a log says that was written without explicit timestamps.
  [[nodiscard]] std::int64_t sample_unix_ms() const noexcept {
    return has(sent_flag) ? std::min(*sent_unix_ms(), unix_ms) : unix_ms;
  }

  /// The text's length and the flags of what comes before the labels, as a record of `event` has them.
  static std::uint32_t shape_of(const event::Event& event) noexcept {
    std::uint64_t shape = event.labels.size();
    if (!event.metric.empty()) shape += named_flag + event.metric.size() + 1;
    return static_cast<std::uint32_t>(shape) | (event.key ? keyed_flag : 0) | (event.sent_unix_ms ? sent_flag : 0);
  }
  /// Bytes in the log of a record with this `length_and_flags`, or this shape_of() an event.
  static constexpr std::uint64_t size_for(std::uint32_t shape) noexcept {
    return (sizeof(Record) + extras_size(shape) + (shape & max_length) + 7) & ~std::uint64_t{7};
  }
  /// Writes what comes behind the header, of which `length_and_flags` is already there.
  void write_rest(const event::Event& event) noexcept;

  /// What `checksum` is where this record begins at `offset` of a file with this salt: XXH3 over the offset, the
  /// header, the key and the sender's time. The checksum tells a record from text that looks like one, from what stood
  /// there one round of the ring before, and from half of one. For the text vouches `series_hash` (is_text_whole()).
  [[nodiscard]] std::uint32_t right_checksum(std::uint64_t salt, std::uint64_t offset) const noexcept;
  [[nodiscard]] bool is_text_whole(Seed seed) const noexcept {
    if (has(named_flag) && name_length() == length()) return false;
    return oneshot::event_log::series_hash(metric(), labels(), seed) == series_hash;
  }

 private:
  /// Of the key and the sender's time: 0, 8, 16 or 24.
  static constexpr std::uint64_t extras_size(std::uint32_t shape) noexcept {
    static_assert(keyed_flag == 2 * sent_flag);
    return std::uint64_t{(shape & (keyed_flag | sent_flag)) / sent_flag} * 8;
  }
  [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (length_and_flags & flag) != 0; }
  [[nodiscard]] const char* extras() const noexcept { return reinterpret_cast<const char*>(this + 1); }
  [[nodiscard]] const char* text() const noexcept { return extras() + extras_size(length_and_flags); }
  [[nodiscard]] std::uint64_t extra(std::size_t number) const noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, extras() + number * sizeof word, sizeof word);
    return word;
  }
  /// Of a damaged text without NUL the whole length.
  [[nodiscard]] std::size_t name_length() const noexcept { return has(named_flag) ? ::strnlen(text(), length()) : 0; }
};
static_assert(sizeof(Record) == 32 && alignof(Record) == 8);

inline std::uint32_t Record::right_checksum(std::uint64_t salt, std::uint64_t offset) const noexcept {
  const auto hash = [salt](const std::uint64_t* words, std::size_t count) {
    return static_cast<std::uint32_t>(hash_bytes({reinterpret_cast<const char*>(words), count * 8}, Seed{salt}));
  };
  std::array<std::uint64_t, 8> words = {offset, length_and_flags, static_cast<std::uint64_t>(unix_ms),
                                        std::bit_cast<std::uint64_t>(value), series_hash};
  if (is_padding()) return hash(words.data(), 2);
  const std::size_t extra_bytes = extras_size(length_and_flags);
  if (extra_bytes == 0) return hash(words.data(), 5);
  std::memcpy(&words[5], extras(), extra_bytes);
  return hash(words.data(), 5 + extra_bytes / 8);
}

inline void Record::write_rest(const event::Event& event) noexcept {
  auto* at = reinterpret_cast<char*>(this + 1);
  if (!has(named_flag | keyed_flag | sent_flag)) {  // nearly all
    if (!event.labels.empty()) std::memcpy(at, event.labels.data(), event.labels.size());
    return;
  }
  const auto put = [&at](const void* from, std::size_t size) {
    if (size != 0) std::memcpy(at, from, size);
    at += size;
  };
  if (event.key) {
    put(&event.key->high, 8);
    put(&event.key->low, 8);
  }
  if (event.sent_unix_ms) put(&*event.sent_unix_ms, 8);
  if (!event.metric.empty()) {
    put(event.metric.data(), event.metric.size());
    *at++ = '\0';
  }
  put(event.labels.data(), event.labels.size());
}

/// Makes a padding record of `size` bytes, a multiple of 8, at `place`, which is `offset` of the log.
inline void write_padding_record(std::byte* place, std::uint64_t salt, std::uint64_t offset,
                                 std::uint64_t size) noexcept {
  Record record{};
  record.length_and_flags = Record::padding_flag | static_cast<std::uint32_t>(size);
  record.checksum = record.right_checksum(salt, offset);
  const std::uint64_t word = std::uint64_t{record.checksum} << 32 | record.length_and_flags;
  std::atomic_ref(*reinterpret_cast<std::uint64_t*>(place)).store(word, std::memory_order_release);
}

}  // namespace oneshot::event_log
