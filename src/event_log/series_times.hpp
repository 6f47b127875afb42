// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace oneshot::event_log {

/// When each series had its last event, as far as it is remembered: 65,536 sets of three series and a floor.
///
/// A series is known in its set by a tag; tag and set are 28 bits of its hash, which has a random key, so that nobody
/// can choose two series that are taken for one. One that finds no entry takes the place of the one with the oldest
/// time. What that one had raises the floor of the set, and a series without an entry counts as if it had the floor. So
/// nothing is ever given twice, and as long as the forgotten time is not ahead of the clock nobody notices: a series
/// that runs ahead pushes no other one. (Where three series of one set are ahead at once the one that is least so is
/// forgotten. Each event of a series adds a millisecond, and each millisecond takes one away, so at 500,000 events a
/// second no more than 500 series are ahead: three of those in one set are to be seen once in 14 million looks.)
///
/// Lock-free. Two threads that bring one new series may make two entries of it, and the later one counts: that neither
/// gives a time that the other gave the log's tail sees to, since whoever claims a place second looks again (see
/// Timestamps::next). What is never touched takes no memory: 2 MiB at most.
class SeriesTimes {
 public:
  static constexpr std::size_t places = 65536;
  static constexpr unsigned key_bits = 28;

  /// The epoch of a reader, and how far its clock is behind that of the epoch before.
  struct Epoch {
    std::uint16_t number;
    std::int64_t back_ms;
  };
  /// What was found of a series: the time of its last event, or what counts as such.
  struct Seen {
    std::int64_t time = 0;
    std::size_t entries = 0;           ///< with this time; more than one where threads met
    std::int64_t floor = 0;            ///< of its set
    bool epoch_is_over = false;        ///< somebody has seen a later one: look again
    std::atomic<std::uint64_t>* at{};  ///< what set() writes
    std::uint64_t word = 0;            ///< and what it replaces
    bool known = false;
  };

  SeriesTimes();
  ~SeriesTimes() { std::free(memory_); }
  SeriesTimes(const SeriesTimes&) = delete;
  SeriesTimes& operator=(const SeriesTimes&) = delete;

  /// Which set a series has.
  static std::size_t place(std::uint64_t series_hash) noexcept { return series_hash >> 48; }
  /// Series with one key are taken for one.
  static std::uint64_t key(std::uint64_t series_hash) noexcept { return series_hash >> (64 - key_bits); }

  [[nodiscard]] Seen find(std::uint64_t series_hash, const Epoch& epoch) const noexcept;
  /// False: somebody was there in between. Find it again.
  bool set(std::uint64_t series_hash, const Seen& seen, const Epoch& epoch, std::int64_t time) noexcept;

  /// Restates what is of the epoch before `epoch` by its clock; what is of an earlier one there is not. Returns the
  /// latest time in this set. One caller at a time.
  std::int64_t restate(std::size_t place, const Epoch& epoch) noexcept;

 private:
  static constexpr std::size_t ways = 3;
  struct alignas(32) Set {
    std::atomic<std::uint64_t> floor;
    std::array<std::atomic<std::uint64_t>, ways> entries;
  };

  static bool raise_floor(Set& set, const Epoch& epoch, std::int64_t time) noexcept;

  void* memory_;
  Set* sets_;
};

}  // namespace oneshot::event_log
