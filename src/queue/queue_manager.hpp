// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "event/event.hpp"
#include "queue/local/delivery.hpp"
#include "queue/options.hpp"
#include "queue/statistics.hpp"
#include "storage/error.hpp"

namespace oneshot::queue {

enum class Stored : std::uint8_t {
  stored,
  flushing,  ///< it will be; when_safe() tells when
  full,      ///< no room: refuse and let the client try again
  unable,    ///< the storage failed: nothing will be stored until restart
};

/// Why a scraper was not let into the line.
enum class Refused : std::uint8_t {
  too_many_scrapers,
  line_too_long,  ///< so many scrapes of one scraper wait already that one more would only hold a connection
};

/// A place in the line of one scraper: one batch at a time, first come, first served. Leaving it is its
/// destruction. Any thread.
class Ticket {
 public:
  Ticket(Ticket&&) noexcept;
  Ticket& operator=(Ticket&&) noexcept;
  ~Ticket();

 private:
  friend class QueueManager;
  struct Place;
  explicit Ticket(std::unique_ptr<Place> place);
  std::unique_ptr<Place> place_;
};

/// What a ticket gets when it asks for its batch.
struct NotYet {};      ///< somebody is before it in line, or the batch before it is being written: pause, ask again
struct MoreToWalk {};  ///< events are still being counted (done in short steps): give way, ask again
struct Ask {           ///< an earlier batch is in flight: let its transfer find out what became of it, ask again
  std::shared_ptr<delivery::Transfer> transfer;
};
using Turn = std::variant<NotYet, MoreToWalk, Ask, Delivery>;

/// The event log, the scrapers and their deliveries behind one narrow face, so that a second one over a
/// distributed engine can stand beside it. Nothing here waits: what has to wait is told so and asks again.
/// Any thread.
class QueueManager {
 public:
  /// Errors: the memory or the file for the log is not to be had.
  static Result<std::unique_ptr<QueueManager>, storage::Error> open(const Options& options, const Clock& clock);
  /// What a file holds is made durable. Nobody else uses it any more.
  ~QueueManager();

  /// Stores one event for all scrapers. `appender` is the calling thread's number. Lock-free while there is
  /// room; its cost does not depend on the number of scrapers.
  Stored append(unsigned appender, const event::Event& event);
  /// After `flushing`, on the same thread: `told` is called once, on any thread: true: now it is stored; false: it is
  /// not and never was, since the storage has failed.
  void when_durable(unsigned appender, std::function<void(bool stored)> told);

  /// Gets in line for the next batch of this scraper, which is registered if it is new (and counts as seen
  /// now).
  Result<Ticket, Refused> stand_in_line(std::string_view scraper);
  /// The batch, if it is this ticket's turn: all events from the scraper's cursor to the end of the log, at
  /// most `max_events_per_scrape`; with explicit timestamps only up to the first event whose time is still
  /// ahead.
  Turn try_take(Ticket& ticket);

  /// Room is short: a peek would keep what could be overwritten.
  [[nodiscard]] bool above_high_watermark() const noexcept;
  /// The same view without taking; nothing for an unknown scraper. The walk is done at once, under no lock.
  std::optional<Reading> peek(std::string_view scraper);

  /// Once a second: forgets scrapers, moves the end of the startup hold, gives memory back, logs what was
  /// lost.
  void tick();

  /// Takes over the live ones of the options (reload).
  void change(const Options& options);
  /// Two of the options in effect, for those who speak about them.
  [[nodiscard]] bool explicit_timestamps() const noexcept;
  [[nodiscard]] std::size_t max_unnamed() const;

  [[nodiscard]] QueueStatistics statistics() const;
  /// The storage has failed: what is stored from now on may be lost with the machine's power, and with Sync::always
  /// nothing is (never in memory). So until the next start.
  [[nodiscard]] bool unable_to_store() const noexcept;

  struct State;  // shared with tickets and deliveries, so that these may outlive their maker in any order

 private:
  explicit QueueManager(std::shared_ptr<State> state);
  static Result<std::shared_ptr<State>, storage::Error> restore(const Options& options, const Clock& clock);
  std::shared_ptr<State> state_;
};

}  // namespace oneshot::queue
