// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "delivery/lease.hpp"
#include "event/event.hpp"

namespace oneshot::queue {

/// Names an event within its batch. Opaque: it is `first_event`, or came from the same batch, and is good for that
/// batch alone. Refs ascend in the order of events.
///
/// A plain index would make an engine whose events differ in length keep a table of them, 8 bytes an event, or walk. So
/// the engine chooses what the number says, as long as a series is found by it in constant time: the embedded one says
/// how far the event lies behind the begin of the batch, one that copies its events into a vector says their index.
using EventRef = std::uint32_t;
inline constexpr EventRef first_event = 0;

/// What makes a series. The views live as long as the batch.
struct Series {
  std::string_view metric;  ///< as in event::Event
  std::string_view labels;
  friend bool operator==(const Series&, const Series&) = default;
};

/// An event as its batch shows it.
struct BatchEvent {
  EventRef ref = first_event;
  std::uint64_t series_hash = 0;  ///< equal series have equal hashes; compare `metric` and `labels` for the rest
  std::string_view labels;        ///< as in event::Event; lives as long as the batch
  double value = 1;
  bool value_given = false;
  /// Milliseconds: when it was stored; with explicit timestamps that of its sample, unique and ascending in its series.
  std::int64_t unix_ms = 0;
  /// With explicit timestamps: its series had a later time already, from before the clock was set back, so that a
  /// Prometheus that got the later one refuses it.
  bool out_of_order = false;
  std::string_view metric{};  ///< this and the following as in event::Event
  std::optional<std::int64_t> sent_unix_ms{};
  std::optional<event::IdempotencyKey> key{};
};

/// What of an event its sample is made of, as its BatchEvent has it: half as much to fill in.
struct BatchSample {
  EventRef ref = first_event;
  bool value_given = false;
  bool out_of_order = false;
  std::uint64_t series_hash = 0;
  std::string_view labels;
  double value = 1;
  std::int64_t unix_ms = 0;
  std::string_view metric{};
};

/// Events in the order of their arrival, for reading. None of them is overwritten while the batch lives, so keep it
/// short: a queue that fills up cannot make room beyond the oldest batch. A batch that lives on while a client reads is
/// to end as its lease() says. Any thread, one at a time.
class Batch {
 public:
  virtual ~Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// Bytes of memory that the events take for this batch alone: 0 where it reads them out of the log.
  [[nodiscard]] virtual std::size_t own_memory() const noexcept { return 0; }
  /// Reads events from `next` on, as many as there are and `events` has room for, and returns their number. `next`
  /// (first_event at first) moves behind them. Fewer than there is room for: these were the last.
  virtual std::size_t read(EventRef& next, std::span<BatchEvent> events) const noexcept = 0;
  /// The same, of each event the sample alone. An engine that has many events has a cheaper way than this one.
  virtual std::size_t read_samples(EventRef& next, std::span<BatchSample> samples) const noexcept;
  /// The samples of these events, in their order, into as many `samples`. Likewise.
  virtual void samples_at(std::span<const EventRef> events, std::span<BatchSample> samples) const noexcept;
  [[nodiscard]] virtual Series series_at(EventRef event) const noexcept = 0;
  /// The hash that an event of this series has here.
  [[nodiscard]] virtual std::uint64_t hash_of(const Series& series) const noexcept = 0;
  /// Says when somebody else needs the room of these events; may outlive the batch. Null: they are in nobody's way.
  [[nodiscard]] virtual std::shared_ptr<delivery::Lease> lease() const { return nullptr; }

 protected:
  Batch() = default;
};

/// What a delivery shows that brings nothing.
[[nodiscard]] const Batch& no_events() noexcept;

}  // namespace oneshot::queue
