// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "cluster/nats/nats_options.hpp"
#include "cluster/ordered_log.hpp"

namespace oneshot::cluster {

/// The ordered log in NATS JetStream: a stream on several nodes, which the first replica makes. What is promised is
/// that of ordered_log.hpp. What is told is told on three threads of this: entries on one, where a start begins on
/// another, all answers and messages on the third. A call may come from each of them.
///
/// libnats keeps a little memory for each log that a process has had, and threads of its own.
class NatsLog final : public OrderedLog {
 public:
  /// Connects and makes the stream as soon as that can be, without waiting for it; the log says what is in the way.
  /// Errors: options that cannot be right.
  static Result<std::unique_ptr<NatsLog>> open(NatsOptions options);
  /// Whether open() would take these, without a connection. The same errors.
  static Result<void> check(const NatsOptions& options);
  /// Waits for what is being written, for two seconds or so at most; while it is connecting, for a second for each
  /// server, and for as long as a name takes to be found.
  ~NatsLog() override;

  void append(Subject subject, std::string bytes, std::function<void(const AppendAnswer&)> told) override;
  void tail(const From& from, LogReader& reader) override;
  void find_start(std::function<void(Result<LogStart>)> told) override;
  void trim(Subject subject, Sequence below) override;
  void ask(const std::string& replica, std::string question, std::chrono::milliseconds patience,
           std::function<void(std::optional<std::string>)> answered) override;
  void answer_by(std::function<void(std::string question, Reply reply)> answer) override;
  void call_out(std::string message) override;
  void hear_by(std::function<void(std::string_view message)> heard) override;
  [[nodiscard]] bool is_connected() const noexcept override;
  [[nodiscard]] bool refuses() const noexcept override;
  [[nodiscard]] EngineState engine_state() const override;

 private:
  class Works;
  explicit NatsLog(std::unique_ptr<Works> works);
  const std::unique_ptr<Works> works_;
};

}  // namespace oneshot::cluster
