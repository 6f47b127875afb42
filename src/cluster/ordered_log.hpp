// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cluster/engine_state.hpp"

namespace oneshot::cluster {

/// The place of a record in the ordered log: from 1, ascending, not without gaps. 0: none.
using Sequence = std::uint64_t;

/// What a record is about. All subjects together have one order; each is trimmed for itself.
enum class Subject : std::uint8_t {
  events,
  commands,     ///< whatever else changes the state
  checkpoints,  ///< of the state: not applied, only read at a start
};

/// A record as the log has it. The bytes live as long as the call that shows them.
struct Entry {
  Sequence sequence = 0;
  std::int64_t unix_ms = 0;  ///< when the engine took it; may be lower than that of an entry before
  Subject subject = Subject::commands;
  std::string_view bytes;
};

/// What is known of an append.
struct AppendAnswer {
  enum class What : std::uint8_t {
    stored,   ///< a majority of the engine's nodes has it, at `sequence`
    refused,  ///< it is surely not stored, and never will be
  };
  What what = What::refused;
  Sequence sequence = 0;
  std::string_view why{};                                             ///< of `refused`, for people; of static storage
  bool lasts = false;                                                 ///< who repeats it soon is refused again
  static constexpr std::string_view log_is_full = "the log is full";  ///< the one reason that others go by
};

/// Who reads the log. All calls come on one thread at a time, in the order of the log.
class LogReader {
 public:
  virtual ~LogReader() = default;
  /// Each entry from where the reading began, once.
  virtual void on_entry(const Entry& entry) = 0;
  /// What should come next is trimmed already, since others have read it and gone on: who begins at a checkpoint anew
  /// misses nothing. `why` says it for people. Nothing comes after this.
  virtual void on_trimmed(std::string_view why) = 0;
  /// The log has lost what should come next, or ends before what was read. Likewise.
  virtual void on_damage(std::string_view why) = 0;

 protected:
  LogReader() = default;
  LogReader(const LogReader&) = default;
  LogReader& operator=(const LogReader&) = default;
};

/// Where a start begins, as the log says it.
struct LogStart {
  Sequence last = 0;  ///< of the newest record of all subjects; 0: the log is empty
  /// All that are there, which are few. Not the newest is the best one, but that which has applied most: a checkpoint
  /// can be late.
  std::vector<std::string> checkpoints{};
};

/// One ordered, replicated log: all that a cluster asks of its engine. Adapters: MemoryLog (simulation), NatsLog.
///
/// Whatever is told may be told on a thread of the adapter's own. It must not block, nor call back into the log but for
/// append(). Nothing is told after the log was destroyed. Any thread.
class OrderedLog {
 public:
  /// Bytes of one record at most, so that each engine takes it whole.
  static constexpr std::size_t longest_record = std::size_t{256} << 10;
  static constexpr std::size_t longest_checkpoint = std::size_t{64} << 20;

  virtual ~OrderedLog() = default;
  OrderedLog(const OrderedLog&) = delete;
  OrderedLog& operator=(const OrderedLog&) = delete;

  /// Never blocks, never repeats. `told` is called once if an answer comes, and not before this has returned. No
  /// answer, ever: nobody knows, and the record may be stored later, even once this program has ended. The engine may
  /// store a record twice, the second time seconds after its answer: NATS hands a message to each node that leads, or
  /// is believed to, and one that was cut off stores its copy if it leads again when the copy arrives. So a record says
  /// itself which one it is (record.hpp). Checkpoints may be longer than longest_record.
  virtual void append(Subject subject, std::string bytes, std::function<void(const AppendAnswer&)> told) = 0;

  /// Where a reader begins: with all entries that stand there or behind, and with the events of before from another
  /// place, at or below that.
  struct From {
    Sequence events = 1;
    Sequence all = 1;
  };
  /// Shows `reader`, which outlives the log, the entries from there on as long as the log lives: those that are there,
  /// then each new one. Once. Where one of them is trimmed already, that is damage.
  virtual void tail(const From& from, LogReader& reader) = 0;

  /// Asks for where a start begins; `told` once, however long that takes. Where this is called again before, who asked
  /// first may never be told. An error says what to do. Before tail().
  virtual void find_start(std::function<void(Result<LogStart>)> told) = 0;

  /// Entries of this subject below `below` may go. A hint: nobody relies on it, and it may come late or never.
  virtual void trim(Subject subject, Sequence below) = 0;

  /// A message to another replica of this cluster, by its name, that no log keeps. `answered` is called once, with
  /// nothing if no answer came in time.
  virtual void ask(const std::string& replica, std::string question, std::chrono::milliseconds patience,
                   std::function<void(std::optional<std::string>)> answered) = 0;
  /// Who answers such questions to this replica: `answer(question, reply)`, where `reply` may be called later, once.
  using Reply = std::function<void(std::string)>;
  virtual void answer_by(std::function<void(std::string question, Reply reply)> answer) = 0;

  /// A message to all replicas that listen, this one included; it may be lost.
  virtual void call_out(std::string message) = 0;
  virtual void hear_by(std::function<void(std::string_view message)> heard) = 0;

  /// The connection to the engine stands.
  [[nodiscard]] virtual bool is_connected() const noexcept = 0;
  /// What is appended now will surely not be stored, whatever the connection is like: engine_state() says why.
  [[nodiscard]] virtual bool refuses() const noexcept { return false; }
  /// As far as the adapter knows.
  [[nodiscard]] virtual EngineState engine_state() const { return {}; }

 protected:
  OrderedLog() = default;
};

}  // namespace oneshot::cluster
