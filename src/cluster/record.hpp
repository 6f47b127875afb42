// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "cluster/agreement.hpp"
#include "cluster/ordered_log.hpp"
#include "delivery/outcome.hpp"
#include "event/event.hpp"
#include "queue/batch_record.hpp"

namespace oneshot::cluster {

/// A run of one replica's program, which no other run ever has: random.
using Publisher = std::uint64_t;
/// Names a batch that is out to a scraper: the sequence of the record that took it.
using BatchId = Sequence;

/// Events that were posted while the record before was in flight. Views of the record's bytes.
struct Group {
  /// So many of the events, one after the other, came in one request: all of them are stored, or none is.
  struct Request {
    std::uint32_t events = 1;
    bool each_alone = false;   ///< but one whose key came with another event before keeps no other out
    std::uint64_t sender = 0;  ///< see queue::Poster; 0: nobody
    friend bool operator==(const Request&, const Request&) = default;
  };
  std::vector<event::Event> events{};
  std::vector<Request> requests{};  ///< of the first events; those behind them came one by one, and are nobody's
};

/// What a new log begins with, or other settings for the one that is there: those of the replica that said so last.
struct Begin {
  std::uint64_t salt = 0;  ///< of the hashes of series; only that of the log's first record counts
  Agreement agreement{};
};

/// A scraper asks for its next batch, at the replica that publishes this.
struct Take {
  std::string_view scraper{};
  std::string_view replica{};  ///< where the scraper can be asked about it, by the others
  /// So long after it has read this back the replica may write its answer; it resets then what is not acknowledged.
  std::chrono::milliseconds deadline{};
  /// Of another replica that does not answer: the batch ends here as the log knows it. 0: none.
  BatchId replaces = 0;
  std::optional<std::int64_t> since_unix_ms{};  ///< see queue::Coming
  std::uint64_t origin = 0;
};

/// The scraper's machine has acknowledged the last byte.
struct Acknowledge {
  std::string_view scraper{};
  BatchId batch = 0;
};

/// What became of a batch. `then`: the scraper asks for the next one.
struct Settle {
  std::string_view scraper{};
  BatchId batch = 0;
  delivery::Outcome outcome = delivery::Outcome::delivered;
  queue::BatchEnd end = queue::BatchEnd::delivered;  ///< `withdrawn`: as if it had not been taken
  std::string_view reason{};
  std::optional<Take> then{};
};

/// An operator's change to a scraper: see queue::Queue.
struct Change {
  enum class What : std::uint8_t { replay, skip, forget };
  What what = What::replay;
  std::string_view scraper{};
  std::int64_t since_unix_ms = 0;
};

/// A replica has read the whole log. Its next run joins later: with a later entry read, or, where nothing came between,
/// at a later time of its clock. So a record that comes late, of a run that has ended, is told from that of the next.
struct Join {
  std::string_view replica{};
  std::string_view version{};
  Sequence read = 0;
  std::int64_t unix_ms = 0;
};
/// It is about to end.
struct Leave {};

/// Nothing happened, but time passes: something is due.
struct Tick {};

using Content = std::variant<Group, Begin, Take, Acknowledge, Settle, Change, Join, Leave, Tick>;

/// A record of the log. Publisher and number tell a repeat.
struct Record {
  Publisher publisher = 0;
  std::uint64_t number = 0;  ///< from 1, without gaps
  Content content{};
};

/// At most OrderedLog::longest_record, where a group is small enough.
[[nodiscard]] std::string encode(const Record& record);
/// The views are of `bytes`. Errors: for people, "record 17: ...".
[[nodiscard]] Result<Record> decode(const Entry& entry);
[[nodiscard]] Subject subject_of(const Content& content) noexcept;
/// Bytes that an event takes in a group.
[[nodiscard]] std::size_t size_in_group(const event::Event& event) noexcept;

}  // namespace oneshot::cluster
