// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "cluster/nats/connection.hpp"
#include "cluster/nats/nats_options.hpp"
#include "cluster/nats/subjects.hpp"
#include "cluster/ordered_log.hpp"

namespace oneshot::cluster {

/// The stream that keeps the log, as its leader sees it. Each call blocks for a few requests. Any thread, several at a
/// time.
class Stream {
 public:
  static constexpr std::int64_t patience_ms = 2000;  ///< of each request

  Stream(Connection& connection, const Subjects& subjects, const NatsOptions& options)
      : connection_(connection), subjects_(subjects), options_(options) {}

  struct Failure {
    std::string why;          ///< for people
    bool is_final = false;    ///< to try again is of no use before an operator has done something
    bool is_missing = false;  ///< there is no such stream, or no such record
    bool refuses = false;     ///< and so nothing is stored, either
    bool is_away = false;     ///< there is no connection to ask by
  };
  template <class T>
  using Answer = Result<T, Failure>;

  /// It is there and fit, or is made. Another replica may make it at the same time; so this looks first.
  [[nodiscard]] Answer<void> find_or_make();

  /// Of the stream, as this replica's settings need it: the log itself stays below.
  [[nodiscard]] std::int64_t wanted_bytes() const noexcept { return static_cast<std::int64_t>(options_.max_bytes); }

  struct State {
    Sequence first = 0;  ///< what is below is gone; last + 1 for an empty stream that had something
    Sequence last = 0;
    std::uint64_t bytes = 0;
    std::int64_t max_bytes = 0;         ///< 0 or less: no limit
    std::vector<std::string> subjects;  ///< of those that were asked for
    Trimmed trimmed;                    ///< of the same
  };
  /// What a call of libnats about the stream has come to, and what to do.
  [[nodiscard]] Failure failure(natsStatus status, jsErrCode code) const;

  /// With what may be gone. Error also where the stream is not as a log has to be any more.
  [[nodiscard]] Answer<State> state() const { return state(subjects_.all_trimmed()); }
  /// The subjects that the records of this filter have.
  [[nodiscard]] Answer<State> state(const std::string& filter) const;

  struct Stored {
    Sequence sequence = 0;
    std::int64_t unix_ns = 0;
    std::string bytes;
  };
  /// The newest of a subject; is_missing: none.
  [[nodiscard]] Answer<Stored> newest(const std::string& subject) const;
  /// is_missing: no more, or not yet.
  [[nodiscard]] Answer<Stored> at(Sequence sequence) const;

  /// Writes down what may be gone, and lets it go. `checkpoints_below`: of their parts.
  [[nodiscard]] Answer<void> trim(const Trimmed& trimmed, Sequence checkpoints_below) const;

 private:
  [[nodiscard]] Answer<void> make() const;
  [[nodiscard]] Failure is_not_there() const;
  [[nodiscard]] static Failure jetstream_is_off();
  [[nodiscard]] std::optional<std::string> why_unfit(const jsStreamConfig& config) const;
  void warn_of_difference(const jsStreamConfig& config) const;
  [[nodiscard]] Answer<void> write(const std::string& subject) const;
  [[nodiscard]] Answer<void> purge(const std::string& subject, Sequence below) const;
  template <class Ask>
  [[nodiscard]] Answer<Stored> get(Ask ask) const;

  Connection& connection_;
  const Subjects& subjects_;
  const NatsOptions& options_;
};

}  // namespace oneshot::cluster
