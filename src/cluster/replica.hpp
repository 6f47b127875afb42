// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "cluster/agreement.hpp"
#include "cluster/append_times.hpp"
#include "cluster/machine.hpp"
#include "cluster/ordered_log.hpp"
#include "cluster/record.hpp"

namespace oneshot::cluster {

/// One run of this program as a member of its cluster: reads the log into its machine, and publishes records until it
/// has read them back. Any thread, but for what says otherwise.
class Replica final : public LogReader {
 public:
  struct Options {
    std::string name;  ///< of this replica: unique in its cluster, the same in its next run
    std::string version;
    Publisher publisher = 0;  ///< of this run: random, never 0
    std::uint64_t salt = 0;   ///< for a log that has none yet: random, never 0
    Agreement agreement;
  };
  enum class State : std::uint8_t {
    starting,     ///< asks for where to begin
    catching_up,  ///< has not read what was in the log when it began, or is not joined yet
    ready,
    stopped,      ///< the log cannot be followed: an operator must look, see why_stopped()
    left_behind,  ///< was away for so long that the next run is to begin at a checkpoint: see why_stopped()
  };

  /// Both outlive this.
  Replica(OrderedLog& log, const Clock& clock, Options options);
  void start();

  // Each event asks for these three: they take no lock, which the thread that applies would hold meanwhile.
  [[nodiscard]] State state() const noexcept { return state_.load(std::memory_order_relaxed); }
  /// Records that are not read back yet.
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_.load(std::memory_order_relaxed); }
  /// The engine has no room for events, as it said within the last seconds.
  [[nodiscard]] bool is_refused_events() const noexcept;

  [[nodiscard]] std::string why_stopped() const;

  /// What reading a record back has come to.
  using Told = std::function<void(const Applied&)>;
  /// Hands the record over, and again until it is read back, however long that takes; then `told` is called, once, on
  /// the thread that applies, before anything else is applied, and without a lock of ours.
  void publish(const Content& content, Told told);
  /// Likewise, for who waits no longer than that. A record that the engine has surely not stored until shortly before
  /// is withdrawn, and earlier where trying again is of no use: `told` is called by pulse(), and hears of a Withdrawn.
  /// A record that may be stored is tried for give_up_after at least, and then no more: it is not stored hours later,
  /// when a key in it is known no longer. `told` hears of that as of a Withdrawn once the log says which it is.
  void publish_until(SteadyTime until, const Content& content, Told told);
  static constexpr std::chrono::seconds give_up_after{60};
  /// Since when the oldest of them waits for that.
  [[nodiscard]] std::optional<SteadyTime> waits_since() const;
  [[nodiscard]] AppendTimes append_times() const;
  /// The last record of this run. Nothing may be in flight: what came later would be of a replica that is gone.
  void leave();

  /// Where the last entry stands that was read, of whatever subject.
  [[nodiscard]] Sequence read() const;
  /// Calls `look` with the machine, while nothing is applied.
  template <class Look>
  auto look(Look look) const {
    const std::lock_guard lock(mutex_);
    return look(machine_);
  }
  /// Is called after each entry, on the thread that applies, with the machine as it is then.
  void on_applied(std::function<void(const Machine&, const Applied&)> hook) { hook_ = std::move(hook); }

  /// The settings of this replica have changed: all are to act by them.
  void agree_on(Agreement agreement);

  /// Each 50 to 100 ms: repeats, ticks, checkpoints.
  void pulse();
  /// Writes a checkpoint now, and lets the log be trimmed to what the one before needs.
  void write_checkpoint();

  void on_entry(const Entry& entry) override;
  void on_trimmed(std::string_view why) override;
  void on_damage(std::string_view why) override;

  /// But for the agreement, which changes.
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] bool differs(const Machine& machine) const noexcept {
    return machine.has_begun() && machine.agreement() != agreement_;
  }
  [[nodiscard]] OrderedLog& log() const noexcept { return log_; }

 private:
  struct Pending {
    std::string bytes;
    Subject subject;
    Told told;
    SteadyTime since{};
    SteadyTime sent{};       // the last time; never: too many others are to be read back first
    bool is_stored = false;  // and to be read back, at
    Sequence sequence = 0;
    std::optional<SteadyTime> until{};  // who published it waits no longer
    std::uint64_t sends = 0;
    std::uint64_t refusals = 0;  // of these: as many mean that it is surely not stored
    bool refusal_lasts = false;
    bool is_given_up = false;  // its number is tried on, with nothing in it
  };

  void begin(Result<LogStart> start);
  void add(std::optional<SteadyTime> until, const Content& content, Told told);
  void look_for_newer_start();
  void send(std::uint64_t number, Pending& pending);
  void on_answer(std::uint64_t number, const AppendAnswer& answer);
  [[nodiscard]] bool is_to_be_withdrawn(const Pending& pending, SteadyTime now) const;
  [[nodiscard]] static bool is_to_be_given_up(const Pending& pending, SteadyTime now);
  void empty(std::uint64_t number, Pending& pending);
  [[nodiscard]] std::vector<Told> send_again(SteadyTime now);
  void stop(std::string why);
  [[nodiscard]] bool has_ended() const noexcept { return state() == State::stopped || state() == State::left_behind; }
  void become(State state) noexcept { state_.store(state, std::memory_order_relaxed); }
  bool note_membership();
  void note_checkpoint(const Entry& entry);
  void note_progress();
  void join();
  void on_joined(const Applied& applied);
  void on_begun();
  void begin_with(Agreement agreement, Told told);
  [[nodiscard]] Agreement agreement() const;
  [[nodiscard]] bool is_checkpoint_due() const;

  OrderedLog& log_;
  const Clock& clock_;
  const Options options_;
  std::function<void(const Machine&, const Applied&)> hook_;

  mutable std::mutex mutex_;
  Agreement agreement_;
  std::atomic<State> state_{State::starting};  // written under the lock, as the two others that are atomic
  std::string why_stopped_;
  Machine machine_;
  Sequence goal_ = 0;  // what was in the log at the start
  Sequence read_ = 0;  // of all subjects
  bool joins_ = false;
  bool has_joined_ = false;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, Pending> pending_;
  std::atomic<std::size_t> in_flight_{0};  // so many are pending
  AppendTimes append_times_;
  SteadyTime asked_{};  // for where to begin
  bool has_tail_ = false;
  bool is_unsure_ = false;  // whether a newer checkpoint says why the first entry was not there
  SteadyTime ticked_{};
  SteadyTime published_{};
  std::atomic<SteadyTime::rep> events_refused_{0};
  Machine::CheckpointHead last_checkpoint_;  // that was read, whoever wrote it
  Sequence last_checkpoint_at_ = 0;
  Sequence written_ = 0;                // what the last one had applied that this replica has written
  Machine::CheckpointHead checkpoint_;  // the same, or one that is being written
  SteadyTime checkpoint_time_{};
  std::uint64_t events_since_ = 0;  // bytes of groups since then
};

}  // namespace oneshot::cluster
