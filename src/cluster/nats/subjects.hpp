// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/ordered_log.hpp"

namespace oneshot::cluster {

/// One of the records that a checkpoint is stored as: the i-th of n, from 1.
struct PartName {
  static constexpr std::uint64_t most = 256;  ///< parts, which is 64 MiB: a subject with more is none of ours
  std::string checkpoint;                     ///< unique: who wrote it, and which of his it is
  std::size_t part = 1;
  std::size_t parts = 1;
};

/// What may be gone from the log: all below these, each of its subject. They only grow.
struct Trimmed {
  Sequence events = 0;
  Sequence commands = 0;
  Sequence checkpoints = 0;

  void merge(const Trimmed& other) noexcept;
  [[nodiscard]] Sequence highest() const noexcept;
};

/// The names of a cluster's stream and subjects. What is not a letter, a digit, `-` or `_` in a name of ours is written
/// as `=` and two hexadecimal digits, since dots, blanks and wildcards mean something to the engine.
///
///     oneshot.NAME.log.e                          records of events
///     oneshot.NAME.log.c                          records of commands
///     oneshot.NAME.log.k.CHECKPOINT.PART.PARTS    parts of checkpoints
///     oneshot.NAME.log.t.EVENTS.COMMANDS.CHECKPOINTS   empty: who trims says so first
///     oneshot.NAME.in.BOOT.…                      answers to one run of a replica
///     oneshot.NAME.ask.REPLICA                    questions to a replica
///     oneshot.NAME.here                           to all replicas
class Subjects {
 public:
  Subjects(std::string_view name, std::string_view replica, std::uint64_t boot);

  const std::string stream;   ///< ONESHOT_NAME
  const std::string log;      ///< oneshot.NAME.log.
  const std::string inbox;    ///< oneshot.NAME.in.BOOT.
  const std::string boot;     ///< hexadecimal
  const std::string own_ask;  ///< where this replica is asked
  const std::string here;

  [[nodiscard]] std::string of(Subject subject) const;  ///< of checkpoints: that of all their parts, for a filter
  [[nodiscard]] std::string part(const PartName& name) const;
  [[nodiscard]] std::string trimmed(const Trimmed& trimmed) const;
  [[nodiscard]] std::string all_trimmed() const;
  [[nodiscard]] std::string ask(std::string_view replica) const;
  [[nodiscard]] std::string in(std::string_view kind, std::uint64_t number) const;

  /// What a subject of the log says; nothing for one that nobody of us wrote.
  [[nodiscard]] std::optional<Subject> subject_in(std::string_view subject) const;
  [[nodiscard]] std::optional<PartName> part_in(std::string_view subject) const;
  [[nodiscard]] std::optional<Trimmed> trimmed_in(std::string_view subject) const;

 private:
  const std::string prefix_;
};

/// The number behind the last dot.
[[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view subject);

}  // namespace oneshot::cluster
