// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "cluster/agreement.hpp"
#include "cluster/left_out.hpp"
#include "cluster/machine_clock.hpp"
#include "cluster/ordered_log.hpp"
#include "cluster/record.hpp"
#include "cluster/repeat_window.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/making_room/fair_share.hpp"
#include "queue/local/next_batch.hpp"
#include "queue/queue.hpp"

namespace oneshot::cluster {

/// A batch that is out to a scraper.
struct Out {
  BatchId batch = 0;
  Publisher holder = 0;   ///< whose process sends it
  std::string replica{};  ///< where to ask about it
  std::chrono::milliseconds deadline{};
  bool acknowledged = false;  ///< the scraper's machine has all of it: it does not need the holder any more
  std::uint64_t number = 0;   ///< of the exposition
  std::uint64_t events = 0;

  friend bool operator==(const Out&, const Out&) = default;
  template <class Archive>
  void state(Archive& archive) {
    archive(batch, holder, replica, deadline, acknowledged, number, events);
  }
};

// What records come to, for who published them. `replaced`: how the batch ended that the Take replaced.
struct Taken {
  Out out;
  std::optional<queue::BatchEnd> replaced{};
};
struct NothingWaits {
  std::uint64_t number = 0;  ///< of the exposition
  std::optional<queue::BatchEnd> replaced{};
};
/// Another batch is out.
struct HeldBy {
  Out out;
};
struct NoPlace {
  queue::NoBatch why = queue::NoBatch::too_many_scrapers;
};
using TakeOutcome = std::variant<NothingWaits, Taken, HeldBy, NoPlace>;
[[nodiscard]] std::optional<queue::BatchEnd> end_of_replaced(const TakeOutcome& outcome);

struct SettleOutcome {
  bool was_out = false;  ///< false: it had ended before
  queue::Fate fate = queue::Fate::delivered;
  std::optional<TakeOutcome> then{};
};
using ChangeOutcome = std::variant<queue::Changed, HeldBy>;
using Stored = std::vector<queue::StoredOne>;  ///< one for each event of a group

/// A record that its replica took back: it was surely not stored, and never will be.
struct Withdrawn {};

/// What one entry came to.
struct Applied {
  Publisher publisher = 0;
  std::uint64_t number = 0;
  /// Its publisher was silent for so long that nobody knows which of its records have come: none of them counts any
  /// more, and its process has to begin anew, as another publisher.
  bool is_retired = false;
  /// Nothing: a repeat, or a record that has no answer.
  std::variant<std::monostate, Stored, TakeOutcome, SettleOutcome, ChangeOutcome, Withdrawn> outcome{};
};

/// The state that all replicas share: what the records of the log, applied one by one in their order, make of it. Apply
/// is a pure function of the state and the entry: no clock, no setting, nothing that one replica alone knows; so equal
/// logs make equal states. The events themselves lie in a ledger, as those of the embedded engine do.
///
/// One thread applies; the ledger's lock guards it against those who only look.
class Machine {
 public:
  Machine();

  /// Applies the next entry. Error: it cannot have been written by a replica that works: the replica must stop.
  Result<Applied> apply(const Entry& entry);

  /// Where the newest entry stands that was applied.
  [[nodiscard]] Sequence applied() const noexcept { return applied_; }
  /// Over all entries so far: two replicas that have applied the same ones have the same.
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  /// As hash() was there; nothing: that is too long ago, or before this machine began.
  [[nodiscard]] std::optional<std::uint64_t> hash_at(Sequence sequence) const noexcept;
  /// The log has begun: there is a ledger.
  [[nodiscard]] bool has_begun() const noexcept { return ledger_ != nullptr; }
  [[nodiscard]] const Agreement& agreement() const noexcept { return agreement_; }
  [[nodiscard]] const std::shared_ptr<queue::Ledger>& ledger() const noexcept { return ledger_; }
  [[nodiscard]] const Out* out_to(std::string_view scraper) const noexcept;
  [[nodiscard]] const std::map<std::string, Out, std::less<>>& out() const noexcept { return out_; }
  /// Repeats that were dropped.
  [[nodiscard]] std::uint64_t repeats() const noexcept { return repeats_; }
  /// A scraper can be forgotten, or the hold end, although no record comes: a Tick is due.
  [[nodiscard]] bool is_tick_due(std::int64_t now_unix_ms) const noexcept;

  /// The sender that records have refused last since it fills the log at the cost of the others, and not let go on
  /// since; 0: there is none.
  [[nodiscard]] std::uint64_t over_share() const noexcept { return fair_share_ ? fair_share_->refused() : 0; }
  /// Whether a record with these events of this sender would be refused now, since it fills the log.
  [[nodiscard]] bool would_be_over_share(std::uint64_t sender, std::span<const event::Event> events) const;
  /// What a record with these events would come to, where each has come before, and its key counts for a minute more at
  /// least: nothing needs to be written for them. Else nothing.
  [[nodiscard]] std::optional<Stored> all_known(std::span<const event::Event> events) const;

  /// The whole state but for the events.
  [[nodiscard]] std::string checkpoint() const;
  /// What every replica reads of a checkpoint that another one wrote.
  struct CheckpointHead {
    Sequence applied = 0;      ///< the entries up to here are in it
    std::uint64_t hash = 0;    ///< over these
    Sequence needed_from = 0;  ///< a start from it reads the groups from here on
  };
  [[nodiscard]] static Result<CheckpointHead> head_of(std::string_view checkpoint);
  /// Of a machine that has applied nothing: as the one was that made the checkpoint, once the events are filled in:
  /// apply() is to see all entries from fill_from() on.
  Result<void> restore(std::string_view checkpoint);
  [[nodiscard]] Sequence fill_from() const noexcept { return filling_ ? filling_->from : applied_ + 1; }
  /// A replica of which no record came for so long is gone: one that works says so each minute.
  static constexpr std::chrono::minutes forget_replica_after{5};
  [[nodiscard]] std::size_t replicas() const noexcept { return replicas_.size(); }
  [[nodiscard]] bool has_replica(std::string_view name) const noexcept;
  /// The events of a checkpoint have not all been read back: nobody may look at the ledger.
  [[nodiscard]] bool is_filling() const noexcept { return filling_.has_value(); }
  /// Their names, in order: "a, b".
  [[nodiscard]] std::string names_of_replicas() const;
  /// Replicas that have joined; `rank` of them are called less than this publisher's.
  [[nodiscard]] std::size_t rank_of(Publisher publisher) const noexcept;
  /// The name that this publisher has joined with; empty: it has not.
  [[nodiscard]] std::string_view name_of(Publisher publisher) const noexcept;
  /// A replica that has joined, as it is told to people.
  struct Joined {
    Publisher publisher = 0;
    queue::JoinedReplica told{};
  };
  /// In order of name.
  [[nodiscard]] std::vector<Joined> joined() const;
  /// One that works says something each minute: see forget_replica_after.
  static constexpr std::chrono::seconds silent_after{90};
  /// Changes with each replica that joins or ends. Not part of the state.
  [[nodiscard]] std::uint64_t joins_and_ends() const noexcept { return joins_and_ends_; }

 private:
  static constexpr std::uint64_t mark_each_bytes = 64 << 10;  // of records
  /// Where the events of an entry begin.
  struct Mark {
    Sequence sequence = 0;
    std::uint64_t posted = 0;  // events of all groups before
    std::uint64_t bytes = 0;   // of their records
    event_log::Offset offset;
    LogTime before;  // of groups
    SteadyTime at;   // of all entries

    template <class Archive>
    void state(Archive& archive) {
      archive(sequence, posted, bytes, offset, before, at);
    }
  };
  struct Window {
    RepeatWindow seen;
    SteadyTime last;

    template <class Archive>
    void state(Archive& archive) {
      archive(seen, last);
    }
  };
  struct Replica {
    std::string name;
    std::string version;
    Sequence read = 0;
    std::int64_t unix_ms = 0;

    template <class Archive>
    void state(Archive& archive) {
      archive(name, version, read, unix_ms);
    }
  };

  template <class Archive>
  void own_state(Archive& archive);
  template <class Archive>
  void state_of_ledger(Archive& archive);
  void make_ledger(const event_log::EventLog::Start& start);
  void begin_fair_share();

  // One for each kind of record.
  void apply(const Entry& entry, Applied& applied, const Group& group);
  void apply(const Entry& entry, Applied& applied, const Begin& begin);
  void apply(const Entry& entry, Applied& applied, const Take& take);
  void apply(const Entry& entry, Applied& applied, const Acknowledge& acknowledge);
  void apply(const Entry& entry, Applied& applied, const Settle& settle);
  void apply(const Entry& entry, Applied& applied, const Change& change);
  void apply(const Entry& entry, Applied& applied, const Join& join);
  void apply(const Entry& entry, Applied& applied, const Leave& leave);
  void apply(const Entry& entry, Applied& applied, const Tick& tick);

  void note_hash(const Entry& entry);
  /// Whether the record counts; else it is a repeat, or its publisher is retired.
  bool enter(const Record& record, Applied& applied);
  void retire_publishers();
  void leave_out(const Entry& entry, std::size_t events);
  void release_memory();
  void forget_marks();
  void thin_marks();
  Result<void> fill(const Entry& entry);
  Result<void> end_filling();
  void note_mark(const Entry& entry);
  void store(std::span<const event::Event> events, const Group::Request& request, Stored& stored);
  queue::StoredOne store(const event::Event& event, std::uint64_t sender);
  /// Of one request: whose keys came with other events before, by their places, and the bytes of what is new.
  struct Selection {
    std::set<std::size_t> reused{};
    std::uint64_t size = 0;
  };
  [[nodiscard]] Selection select(std::span<const event::Event> events) const;
  /// To the table of keys.
  [[nodiscard]] bool is_same(const event::Event& one, const event::Event& other) const;
  event_log::RecordId append(const event::Event& event);
  [[nodiscard]] bool is_over_share(std::uint64_t sender, std::uint64_t size);
  bool make_room(std::uint64_t size);
  [[nodiscard]] std::optional<queue::StoredOne> known(const event::Event& event, std::chrono::seconds later = {}) const;
  void note_key(const event::Event& event, std::uint64_t offset);
  [[nodiscard]] bool is_read_at_a_start(std::uint64_t offset) const noexcept;
  [[nodiscard]] queue::EventId id_of(const storage::KeyEntry& entry) const;
  TakeOutcome take(const Entry& entry, Publisher publisher, const Take& take);
  Result<queue::Scraper*, queue::NoBatch> find_or_add(const Take& take);
  queue::BatchEnd end_without_holder(const std::string& scraper, const Out& out);
  queue::Fate settle(const std::string& scraper, const Out& out, const Settle& how);
  queue::Scraper* find(std::string_view scraper);
  void pass_time();
  void forget_scrapers(SteadyTime now);
  void forget_replicas();
  void end_replicas_if(const std::function<bool(Publisher, const Replica&)>& is_gone);
  void end_replica(Publisher publisher);
  void forget_what_nobody_needs();

  LogTime time_;            // by all entries; silences count little
  LogTime time_of_groups_;  // by groups alone: a start that reads only these must come to the same times of events
  MachineClock clock_;      // one of the two, for the ledger
  Sequence applied_ = 0;
  std::uint64_t hash_ = 0;
  std::deque<std::pair<Sequence, std::uint64_t>> hashes_;  // behind the newest entries
  std::uint64_t salt_ = 0;
  Agreement agreement_;
  std::shared_ptr<queue::Ledger> ledger_;
  std::optional<queue::FairShare> fair_share_;  // of the ledger, by the agreement
  std::map<Publisher, Window> windows_;
  std::deque<Publisher> retired_;  // those of which there is no window any more, the last one behind
  std::map<Publisher, Replica> replicas_;
  std::uint64_t joins_and_ends_ = 0;
  std::map<std::string, Out, std::less<>> out_;
  std::uint64_t repeats_ = 0;
  SteadyTime passed_{};    // when pass_time() has last looked
  event_log::Offset end_;  // of all events
  std::deque<Mark> marks_;
  std::uint64_t thinned_ = 0;       // so many of them from the front stand as far from each other as they ever will
  std::uint64_t posted_ = 0;        // events of all groups, stored or not
  std::uint64_t posted_bytes_ = 0;  // of their records
  LeftOut left_out_;                // those that were not stored, by their numbers among these
  /// While the events of a checkpoint are filled in: between which places of the log they lie.
  struct Filling {
    Sequence from = 0;
    std::uint64_t posted = 0;  // events of the groups before
    LogTime time;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
  };
  std::optional<Filling> filling_;
  std::uint64_t released_ = 0;  // where the memory of the log ends that was given back; not part of the state
};

}  // namespace oneshot::cluster
