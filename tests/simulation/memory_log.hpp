// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/ordered_log.hpp"
#include "simulation/scheduler.hpp"

namespace oneshot::simulation {

using cluster::Entry;
using cluster::Sequence;
using cluster::Subject;

class MemoryLog;

/// What the engine and the network do to those who use them.
struct Faults {
  double lost_append = 0.02;  ///< never stored, and no answer
  double lost_answer = 0.05;
  double lost_message = 0.05;
  double late_append = 0.02;     ///< stored seconds later, perhaps when its replica is gone
  double doubled_append = 0.01;  ///< stored a second time: each node that leads, or did, has a copy of its own
  std::uint64_t delay_ms = 8;
  std::uint64_t late_ms = 4000;
  std::int64_t clock_skew_ms = 700;  ///< between the leaders, whose stamps the entries have
};

/// An engine that keeps its promises, and no more than these: one order, answered records are kept, and everything else
/// may be lost, late, or come twice.
class MemoryEngine {
 public:
  MemoryEngine(Scheduler& scheduler, const Faults& faults) : scheduler_(scheduler), faults_(faults) {}

  struct Stored {
    Sequence sequence;
    std::int64_t unix_ms;
    Subject subject;
    std::string bytes;
  };
  [[nodiscard]] const std::map<Sequence, Stored>& entries() const noexcept { return entries_; }
  /// Whether all is there that a reader who begins there has to see.
  [[nodiscard]] bool has_all(const cluster::OrderedLog::From& from) const;
  [[nodiscard]] Sequence last() const noexcept { return last_; }
  [[nodiscard]] Faults& faults() noexcept { return faults_; }
  /// Nothing is stored until then, and nothing that came meanwhile is answered.
  void be_away_until(SteadyTime time) { away_until_ = time; }
  /// Every append is answered until then: it is surely not stored. `lasts`: see AppendAnswer.
  void refuse_until(SteadyTime time, bool lasts) {
    refuses_until_ = time;
    refusal_lasts_ = lasts;
  }
  [[nodiscard]] bool refuses_now() const { return scheduler_.steady() < refuses_until_; }
  /// Another node leads, and its clock says something else.
  void change_leader();
  /// Is called for each entry that is stored.
  std::function<void(const Stored&)> on_stored;

 private:
  friend class MemoryLog;
  void take_in(Subject subject, std::string bytes, std::function<void(Sequence)> answer);
  void store(Subject subject, const std::string& bytes, const std::function<void(Sequence)>& answer);

  Scheduler& scheduler_;
  Faults faults_;
  std::map<Sequence, Stored> entries_;  // but for those trimmed
  std::map<Sequence, Subject> trimmed_;
  Sequence last_ = 0;
  std::int64_t skew_ms_ = 0;
  SteadyTime away_until_{};
  SteadyTime refuses_until_{};
  bool refusal_lasts_ = false;
  std::map<std::string, MemoryLog*> replicas_;  // by name
  std::vector<MemoryLog*> logs_;
};

/// One replica's way to the engine; it ends with the replica's process.
class MemoryLog final : public cluster::OrderedLog {
 public:
  MemoryLog(MemoryEngine& engine, std::string name);
  ~MemoryLog() override;

  /// Cut off: nothing comes or goes until then.
  void cut_off_until(SteadyTime time) { cut_off_until_ = time; }
  [[nodiscard]] bool is_cut_off() const noexcept { return engine_.scheduler_.steady() < cut_off_until_; }
  /// None of its records reaches the engine until then. All else does, and it reads.
  void lose_records_until(SteadyTime time) { loses_until_ = time; }
  /// Reads slowly, or not at all, for a while.
  void read_slowly_until(SteadyTime time) { slow_until_ = time; }

  void append(Subject subject, std::string bytes, std::function<void(const cluster::AppendAnswer&)> told) override;
  void tail(const From& from, cluster::LogReader& reader) override;
  void find_start(std::function<void(Result<cluster::LogStart>)> told) override;
  void trim(Subject subject, Sequence below) override;
  void ask(const std::string& replica, std::string question, milliseconds patience,
           std::function<void(std::optional<std::string>)> answered) override;
  void answer_by(std::function<void(std::string, Reply)> answer) override { answer_ = std::move(answer); }
  void call_out(std::string) override {}
  void hear_by(std::function<void(std::string_view)>) override {}
  [[nodiscard]] bool is_connected() const noexcept override { return !is_cut_off(); }

 private:
  friend class MemoryEngine;
  void read_next();
  void wake();

  MemoryEngine& engine_;
  const std::string name_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  SteadyTime cut_off_until_{};
  SteadyTime slow_until_{};
  SteadyTime loses_until_{};
  cluster::LogReader* reader_ = nullptr;
  From from_;
  Sequence next_ = 0;
  bool is_reading_ = false;
  std::function<void(std::string, Reply)> answer_;
};

}  // namespace oneshot::simulation
