// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delivery/waiting.hpp"
#include "queue/event_id.hpp"

namespace oneshot::queue {

/// Who sent an event, as far as Options::keep_senders keeps it.
struct Sender {
  std::string client{};  ///< its name; empty: no client, or the anonymous one
  std::string peer{};    ///< address
  std::string agent{};   ///< User-Agent, at most Sender::longest_agent bytes; empty: none
  static constexpr std::size_t longest_agent = 128;
  friend bool operator==(const Sender&, const Sender&) = default;
};

/// An event that is in the log, whoever has it already.
struct HistoryEvent {
  EventId id;
  std::int64_t unix_ms = 0;                    ///< when it was accepted
  std::optional<std::int64_t> sent_unix_ms{};  ///< the time that its client gave
  std::string metric{};                        ///< empty: the default metric
  std::string labels{};                        ///< as in event::Event; exposition/label_walk.hpp takes it apart
  double value = 1;
  bool value_given = false;
  std::vector<std::string> waiting_for{};   ///< scrapers that have not got it, in order of name
  std::vector<std::string> in_flight_to{};  ///< scrapers to which it is on its way
  std::optional<Sender> sender{};
};

/// A label that an event must have with exactly this value; an empty value: it must not have that label.
struct LabelIs {
  std::string name{};
  std::string value{};  ///< as the client sent it, not escaped
};

/// Which events. All conditions must hold.
struct HistoryQuery {
  static constexpr std::size_t most = 1000;
  static constexpr std::size_t most_labels = 16;  ///< each is looked for in every event, under the lock

  std::int64_t since_unix_ms = std::numeric_limits<std::int64_t>::min();  ///< accepted then or later
  std::int64_t until_unix_ms = std::numeric_limits<std::int64_t>::max();  ///< accepted before
  std::size_t limit = 100;                                                ///< the newest so many, 1 to `most`
  std::optional<std::string> metric{};                                    ///< empty text: the default metric
  std::vector<LabelIs> labels{};
  std::string scraper{};  ///< not empty: only what waits for this one, or is on its way to it
};

struct HistoryPage {
  std::vector<HistoryEvent> events{};  ///< oldest first
  bool truncated = false;              ///< there are older ones that fit
  std::int64_t from_unix_ms = 0;       ///< when the oldest event was accepted that can be read at all; 0: there is none
};

/// Counts events by the value of one label.
struct LabelCountQuery {
  std::string label{};
  std::size_t limit = 10;  ///< so many values, those with the most events; 1 to 1,000
  std::string scraper{};   ///< not empty: only what waits for this one, or is on its way to it; else all in the log
};

struct LabelCounts {
  struct Value {
    std::string value;  ///< not escaped
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;  ///< of the log
  };
  std::vector<Value> values{};  ///< the most events first
  std::uint64_t others = 0;     ///< events with other values
  std::uint64_t without = 0;    ///< events without that label
  std::uint64_t events = 0;     ///< all
};

/// A look at what is in the log, in short steps. Keeps no room and no lock between them: what has to make room for new
/// events while the walk goes on is not in the result. Any thread, one at a time.
class HistoryWalk {
 public:
  enum class Step : std::uint8_t {
    more,           ///< let others have their turn, and step again
    short_of_room,  ///< the log is nearly full: likewise, but a millisecond later, so that nobody waits for our lock
    done,
  };
  virtual ~HistoryWalk() = default;
  HistoryWalk(const HistoryWalk&) = delete;
  HistoryWalk& operator=(const HistoryWalk&) = delete;

  virtual Step step() = 0;

 protected:
  HistoryWalk() = default;
};

class HistoryReader : public HistoryWalk {
 public:
  /// Once, after `done`.
  [[nodiscard]] virtual HistoryPage take() = 0;
};

class LabelCounter : public HistoryWalk {
 public:
  /// Once, after `done`.
  [[nodiscard]] virtual LabelCounts take() = 0;
};

/// All steps, with a yield between them. False: the client has left, or the program ends. Both outlive the coroutine.
asio::awaitable<bool> finish(HistoryWalk& walk, delivery::Waiting& waiting);

/// What became of an event for one scraper.
enum class EventState : std::uint8_t {
  waiting,
  in_flight,
  delivered,
  dropped,
  before_it_came,  ///< the scraper came later, and begins behind the event
};
[[nodiscard]] std::string_view name_of(EventState state) noexcept;

struct ScraperOfEvent {
  std::string name{};
  EventState state = EventState::waiting;
  /// Of `in_flight` when it was taken, of the others when that was known; 0: not known (before a restart, or longer
  /// ago than is remembered).
  std::int64_t unix_ms = 0;
  std::string_view reason{};  ///< of `dropped`: "refused", "skipped"; of static storage
};

struct FoundEvent {
  HistoryEvent event;
  std::vector<ScraperOfEvent> scrapers{};  ///< in order of name
};

/// What came of a change to a scraper.
struct Changed {
  enum class What : std::uint8_t {
    done,
    unknown,   ///< no scraper has this name
    busy,      ///< after a second a batch is still in flight to it, or as many scrapes wait as may
    named,     ///< it is one of Options::names, which are never forgotten
    stopping,  ///< or whoever asked has left
    perhaps,   ///< nobody knows yet: it may still happen
  };
  What what = What::done;
  std::uint64_t events = 0;       ///< that go out again, or were dropped
  std::int64_t from_unix_ms = 0;  ///< after a replay: when the oldest of these was accepted; 0: there are none
};

}  // namespace oneshot::queue
