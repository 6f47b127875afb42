// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "delivery/waiting.hpp"
#include "event/event.hpp"
#include "queue/batch.hpp"
#include "queue/delivery.hpp"
#include "queue/event_id.hpp"
#include "queue/history.hpp"
#include "queue/options.hpp"
#include "queue/statistics.hpp"

namespace oneshot::queue {

enum class Stored : std::uint8_t {
  stored,
  flushing,        ///< not yet: when_durable() tells
  full,            ///< no room: refuse, and let the client try again
  over_share,      ///< no room for this sender, which holds most of it already: likewise
  unable,          ///< the storage failed: nothing will be stored until restart
  duplicate,       ///< its idempotency key came with an equal event before, which is stored
  key_reused,      ///< its idempotency key came with another event before: refuse
  ahead_of_clock,  ///< with explicit timestamps: its series had so many that its time would be too far ahead: refuse
  key_in_flight,   ///< the event that its idempotency key came with before is not yet durable: let the client ask again
  unavailable,     ///< the engine cannot be reached now, or has too much to do: not stored, try again
  unknown,         ///< nobody knows, and nobody will: it may be stored
  too_large,       ///< more in one request than the engine stores together
  refused_with_another,  ///< another one of its request was refused, and so none of them is stored
};

/// Who stores an event: the number of the calling thread, below Options::appenders, and the sender, by a number that is
/// its own (Address::site()); 0 for one that is nobody's.
struct Poster {
  Poster(unsigned thread, std::uint64_t who = 0) noexcept  // NOLINT(google-explicit-constructor): nobody's
      : appender(thread), sender(who) {}
  unsigned appender;
  /// An event whose key came with another one before does not keep the others out. That is for an engine that knows
  /// only later which ones these are; one that tells at once has the caller leave them out.
  bool each_alone = false;
  std::uint64_t sender;
};

/// What became of an event.
struct StoredOne {
  StoredOne(Stored w) noexcept : what(w) {}  // NOLINT(google-explicit-constructor): why there is no id
  StoredOne(Stored w, const EventId& i) noexcept : what(w), id(i) {}
  Stored what;
  /// Means something with `stored` and `flushing`; with `duplicate` it is that of the event that is there, or none if
  /// nobody knows it any more.
  EventId id;
  operator Stored() const noexcept { return what; }  // NOLINT(google-explicit-constructor): mostly that is all
};

/// What became of several events together: all are stored, but for the duplicates among them, or none is.
struct StoredAll {
  Stored what = Stored::stored;  ///< `stored` or `flushing`, or why none is
  std::size_t stored = 0;
  std::size_t duplicates = 0;
  std::size_t at = 0;  ///< the event that `key_reused`, `key_in_flight`, `ahead_of_clock` are about, from 0
  std::vector<std::size_t> duplicates_at{};  ///< which ones they are, from 0, ascending
  /// With Poster::each_alone: whose keys came with other events before; the others are stored.
  std::vector<std::size_t> reused_at{};
  /// With `ahead_of_clock`: which ones are. Without them the others may be stored.
  std::vector<std::size_t> ahead_of_clock_at{};
  /// One for each event in their order, where all are stored: see StoredOne::id; else empty.
  std::vector<EventId> ids{};
};

/// What has become of events that were `flushing`.
struct Durable {
  Stored what = Stored::stored;  ///< or why none of them is stored: `unable`, `unavailable`, `unknown`
  /// With `stored`, of an engine that knows only now: what became of each event of the call, in their order. Empty:
  /// what the call said.
  std::vector<StoredOne> each{};
};
/// What the call would have said, had it known: `appended` is what it said.
[[nodiscard]] StoredOne outcome_of(const StoredOne& appended, const Durable& durable);
[[nodiscard]] StoredAll outcome_of(StoredAll appended, const Durable& durable, bool each_alone = false);

/// A scraper that comes for a batch, and may be new.
struct Coming {
  // NOLINTNEXTLINE(google-explicit-constructor): most scrapers come with their number alone, and say no more than that
  Coming(std::uint64_t from, std::optional<std::int64_t> since = std::nullopt, SteadyTime last_byte = {}) noexcept
      : origin(from), since_unix_ms(since), answer_by(last_byte) {}
  std::uint64_t origin;  ///< a number as Poster::sender, 0 for none
  /// A scraper that is new begins with the events accepted since then, as far as the log reaches back.
  std::optional<std::int64_t> since_unix_ms;
  /// By when the last byte of the answer must have been acknowledged: then it is reset.
  SteadyTime answer_by;
};

/// Why a scrape got no batch.
enum class NoBatch : std::uint8_t {
  too_many_scrapers,   ///< this one is new, and `max_unnamed` others are known that have earned their places
  too_many_of_origin,  ///< this one is new, and its address has its share of the places
  wait_queue_full,     ///< so many scrapes of this scraper wait that one more would only hold a connection
  under_way,           ///< an earlier batch is still being acknowledged by its client
  time_over,           ///< an earlier batch is still being made or sent, or other scrapes are before this one
  peer_closed,         ///< the client of this scrape has left
  stopping,            ///< the program ends
  unavailable,         ///< the engine cannot be reached now, or this program has not caught up with it
};
using TakeResult = Result<std::unique_ptr<Delivery>, NoBatch>;

/// Where events wait for scrapers: each scraper gets each event once. The one face of all engines, of which
/// EmbeddedQueue keeps everything in this program, and another one may keep it in a replicated log. Any thread.
class Queue {
 public:
  virtual ~Queue() = default;
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Stores one event for all scrapers.
  /// An event with a key that is known, and has not been for Options::idempotency, is not stored again. Without a
  /// key nothing is looked for.
  virtual StoredOne append(Poster poster, const event::Event& event) = 0;
  /// Stores all of these, or none; duplicates among them are left out, also of each other. After a kill meanwhile a
  /// part may be stored, which nobody was told of.
  virtual StoredAll append_all(Poster poster, std::span<const event::Event> events) = 0;
  /// Right after `flushing`, on the same thread: `told` is called once, on any thread. With `unable` the events are not
  /// stored and never were, since the storage has failed. It must not block, nor call back.
  virtual void when_durable(unsigned appender, std::function<void(const Durable&)> told) = 0;

  /// Takes the next batch of this scraper, which becomes known if it is new and gets a place (see Newcomers), and is
  /// seen now: the events that it has not got, at most `max_events_per_scrape`; with explicit timestamps up to the
  /// first event whose time is still ahead. One batch at a time: others wait for it, first come, first served, until
  /// `until` at the latest, and an earlier batch on its way is resolved by asking its transfer. `waiting` outlives the
  /// coroutine, which may be destroyed wherever it waits: the next scrape then takes its place.
  virtual asio::awaitable<TakeResult> take(std::string scraper, Coming coming, delivery::Waiting& waiting,
                                           SteadyTime until) = 0;
  /// What take() would find, without taking, what is on its way included; null for an unknown scraper.
  virtual std::unique_ptr<Batch> peek(std::string_view scraper) = 0;

  /// A number for an exposition that no take() is for: see Delivery::number(). 0 for an unknown scraper; a known one
  /// counts as seen now, so that one that gets numbers alone for long is not forgotten meanwhile.
  virtual std::uint64_t next_number(std::string_view scraper) = 0;
  /// The batch that is out to a scraper of Options::confirmed since before this program began, or of which the Delivery
  /// was destroyed since; null where there is none, and while somebody has it. Its number() is the batch's, batch() may
  /// be read, and what becomes of it is told as ever. Until then take() waits.
  virtual std::unique_ptr<Delivery> resume(std::string_view scraper) = 0;
  /// Whether this scraper's API has shown once that it answers for our batches. Survives the program; false at first,
  /// and for an unknown scraper.
  [[nodiscard]] virtual bool calibrated(std::string_view scraper) = 0;
  virtual void set_calibrated(std::string_view scraper, bool calibrated) = 0;

  /// What stays readable after delivery. Null: no scraper has the name in the query.
  [[nodiscard]] virtual std::unique_ptr<HistoryReader> read_history(HistoryQuery query) = 0;
  [[nodiscard]] virtual std::unique_ptr<LabelCounter> count_by_label(LabelCountQuery query) = 0;
  /// Nothing: it is not in the log any more, or never was.
  [[nodiscard]] virtual std::optional<FoundEvent> find(const EventId& id) = 0;
  /// Keeps who sent these events, if Options::keep_senders; else the call costs nothing. Never in the file.
  virtual void note_sender(std::span<const EventId> events, const Sender& sender) = 0;
  [[nodiscard]] virtual bool keeps_senders() const noexcept = 0;

  /// The scraper gets again what was accepted since then, as far as the log reaches back. Waits up to a second for a
  /// batch in flight, as a newer scrape would. `waiting` outlives the coroutine. So do the two others.
  virtual asio::awaitable<Changed> replay(std::string scraper, std::int64_t since_unix_ms,
                                          delivery::Waiting& waiting) = 0;
  /// Drops what waits for the scraper: dropped_skipped.
  virtual asio::awaitable<Changed> skip(std::string scraper, delivery::Waiting& waiting) = 0;
  /// Forgets the scraper now; the events that waited for it count as forgotten.
  virtual asio::awaitable<Changed> forget(std::string scraper, delivery::Waiting& waiting) = 0;

  /// Once a second: forgets scrapers, ends the startup hold, gives memory back, logs what was lost.
  virtual void tick() = 0;
  /// Takes over the live ones of the options.
  virtual void change(const Options& options) = 0;
  /// Two of the options in effect, for replies that speak about them.
  [[nodiscard]] virtual bool explicit_timestamps() const noexcept = 0;
  [[nodiscard]] virtual std::size_t max_unnamed() const = 0;

  /// Costs a lock and a walk over the newest events.
  [[nodiscard]] virtual QueueStatistics statistics() const = 0;
  /// Room is short: a peek would keep what could be overwritten.
  [[nodiscard]] virtual bool above_high_watermark() const noexcept = 0;
  /// The storage has failed: what is stored from now on may be lost with the machine's power, and with Sync::always
  /// nothing is stored. So until the next start; never in memory.
  [[nodiscard]] virtual bool unable_to_store() const noexcept = 0;
  /// Why no load should come here now, in a few words: "unable to store". Empty: it may come.
  [[nodiscard]] virtual std::string why_not_ready() const { return unable_to_store() ? "unable to store" : ""; }
  /// Why the program has to end, for its next run to go on where this one cannot, in a sentence. Empty: it need not.
  [[nodiscard]] virtual std::string why_begin_anew() const { return {}; }
  /// The program stops: nothing is appended or taken any more. Brings to an end what others have to know of.
  virtual asio::awaitable<void> leave() { co_return; }

 protected:
  Queue() = default;
};

}  // namespace oneshot::queue
