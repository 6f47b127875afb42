// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "cluster/nats/complaint.hpp"
#include "cluster/nats/connection.hpp"
#include "cluster/nats/room.hpp"
#include "cluster/nats/subjects.hpp"
#include "cluster/nats/trouble.hpp"
#include "cluster/ordered_log.hpp"
#include "json/parser.hpp"

namespace oneshot::cluster {

/// The one thread that publishes, since that may block, and that tells what was answered. What is asked of it goes into
/// a queue; it never waits for an answer. Any thread.
class EngineThread {
 public:
  using Told = std::function<void(const AppendAnswer&)>;
  using Answered = std::function<void(std::optional<std::string>)>;

  /// `stored`: where a record of ours stands, before its append is answered. All outlive this.
  EngineThread(Connection& connection, const Subjects& subjects, const Room& room, Trouble& trouble,
               std::function<void(Sequence)> stored);
  ~EngineThread() { stop(); }

  /// Nothing is told after this has returned.
  void stop();

  void append(Subject subject, std::string bytes, Told told);
  void ask(const std::string& replica, std::string question, std::chrono::milliseconds patience, Answered answered);
  /// A message that nobody answers.
  void send(std::string subject, std::string bytes);
  void answer_by(std::function<void(std::string, OrderedLog::Reply)> answer);
  void hear_by(std::function<void(std::string_view)> heard);

  void take_in(Came kind, MessagePtr message);

 private:
  using Job = std::function<void()>;
  // Shared with replies that others may hold for longer than this lives.
  struct Jobs {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> waiting;
    bool is_stopped = false;
    void post(Job job);
  };
  struct Append {
    Told told;
    SteadyTime sent;
  };
  struct Question {
    Answered answered;
    SteadyTime until;
  };
  class Joint;
  // Of records that wait while a node takes none, and of appends that wait for an answer: beyond that, the newest are
  // refused, and the oldest count as never answered.
  static constexpr std::size_t max_waiting_bytes = std::size_t{64} << 20;
  static constexpr std::size_t max_unanswered = 65536;

  void run();
  [[nodiscard]] SteadyTime next_time() const;
  void look_at_the_time();
  void append_now(Subject subject, const std::string& bytes, const Told& told);
  void publish(const std::string& subject, const std::string& bytes, Told told);
  void publish_checkpoint(const std::string& bytes, const Told& told);
  void on_append_answer(const MessagePtr& message);
  void note_answer(const AppendAnswer& answer);
  void on_ask_answer(const MessagePtr& message);
  void on_question(const MessagePtr& message);

  Connection& connection_;
  const Subjects& subjects_;
  const Room& room_;
  Trouble& trouble_;
  const std::function<void(Sequence)> stored_;
  const std::shared_ptr<Jobs> jobs_ = std::make_shared<Jobs>();
  std::atomic<std::size_t> waiting_bytes_{0};

  // Of the thread alone:
  json::Parser parser_;
  Complaint complaint_{"the cluster's engine does not store records; trying again"};
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, Append> appends_;  // by number, and so by time
  std::map<std::uint64_t, Question> questions_;
  std::function<void(std::string, OrderedLog::Reply)> answer_;
  std::function<void(std::string_view)> heard_;

  std::thread thread_;
};

}  // namespace oneshot::cluster
