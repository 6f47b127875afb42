// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "cluster/nats/complaint.hpp"
#include "cluster/nats/connection.hpp"
#include "cluster/nats/engine_node.hpp"
#include "cluster/nats/stream.hpp"
#include "cluster/nats/subjects.hpp"
#include "cluster/nats/trouble.hpp"
#include "cluster/ordered_log.hpp"

namespace oneshot::cluster {

/// The thread for what is rare and has to wait: connects, makes the stream, finds where a start begins, trims.
class StreamThread {
 public:
  using Told = std::function<void(Result<LogStart>)>;

  /// All outlive this.
  StreamThread(Connection& connection, Stream& stream, const Subjects& subjects, const NatsOptions& options,
               Trouble& trouble);
  ~StreamThread() { stop(); }
  /// Nothing is told after this has returned.
  void stop();

  void find_start(Told told);
  /// What may go now; `checkpoints_below`: of their parts.
  void trim(const Trimmed& trimmed, Sequence checkpoints_below);
  /// Where the connection leads to.
  [[nodiscard]] EngineNode::Known node() const { return node_.known(); }

 private:
  void run();
  bool wait();
  void look_for_start();
  [[nodiscard]] Stream::Answer<LogStart> start();
  [[nodiscard]] Stream::Answer<void> check_versions();
  [[nodiscard]] Stream::Answer<void> read_checkpoints(LogStart& start);
  void trim_now();

  Connection& connection_;
  Stream& stream_;
  const Subjects& subjects_;
  const NatsOptions& options_;
  Trouble& trouble_;
  EngineNode node_;
  Complaint complaint_{"the cluster's log cannot be used yet; trying again"};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopped_ = false;
  bool is_new_ = true;  // something is wanted since the thread has looked
  Told start_told_;     // who waits for a start; null: nobody
  Trimmed wanted_;
  Sequence parts_below_ = 0;
  bool is_trim_wanted_ = false;
  // Of the thread alone:
  bool are_versions_good_ = false;
  Trimmed trimmed_;  // all that this replica has written down or read

  std::thread thread_;
};

}  // namespace oneshot::cluster
