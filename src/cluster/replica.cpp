// SPDX-License-Identifier: MIT
//
// Whatever a record asks for has happened once it has been read back, and not before: an answer of the engine says that
// the record is stored, but only its place among the others says what it comes to. A record is sent again while no
// answer says so, for as long as it takes: it may be stored, and then nobody can take it back.
#include "cluster/replica.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace oneshot::cluster {
namespace {

constexpr std::chrono::milliseconds repeat_after{400};
constexpr std::chrono::seconds ask_again{2};  // for where to begin
// A replica that has nothing to say says so, or it would be forgotten: see Machine::forget_replica_after.
constexpr std::chrono::seconds sign_of_life{60};
constexpr std::chrono::seconds refused_for{2};
constexpr std::uint64_t checkpoint_each = 4096;  // records
constexpr std::chrono::seconds checkpoint_after{60};
constexpr std::uint64_t checkpoint_each_part =
    8;  // of the log's capacity, in bytes of groups: see NatsOptions::max_bytes
constexpr std::size_t large_checkpoint = OrderedLog::longest_checkpoint / 2;

Sequence applied_of(const std::string& checkpoint) {
  const auto head = Machine::head_of(checkpoint);
  return head ? head->applied : 0;
}

/// That which has applied most; null: there is none.
const std::string* best_of(const std::vector<std::string>& checkpoints) {
  const auto best = std::ranges::max_element(checkpoints, {}, applied_of);
  return best == checkpoints.end() ? nullptr : &*best;
}

}  // namespace

Replica::Replica(OrderedLog& log, const Clock& clock, Options options)
    : log_(log), clock_(clock), options_(std::move(options)), agreement_(options_.agreement) {}

std::string Replica::why_stopped() const {
  const std::lock_guard lock(mutex_);
  return why_stopped_;
}

Sequence Replica::read() const {
  const std::lock_guard lock(mutex_);
  return read_;
}

std::optional<SteadyTime> Replica::waits_since() const {
  const std::lock_guard lock(mutex_);
  if (pending_.empty()) return std::nullopt;
  return pending_.begin()->second.since;
}

AppendTimes Replica::append_times() const {
  const std::lock_guard lock(mutex_);
  return append_times_;
}

bool Replica::is_refused_events() const noexcept {
  const SteadyTime::rep last = events_refused_.load(std::memory_order_relaxed);
  return last != 0 && clock_.steady() - SteadyTime(SteadyTime::duration(last)) < refused_for;
}

// ---- a start ----

void Replica::start() {
  {
    const std::lock_guard lock(mutex_);
    asked_ = clock_.steady();
  }
  log_.find_start([this](Result<LogStart> start) { begin(std::move(start)); });
}

void Replica::begin(Result<LogStart> start) {
  OrderedLog::From from;
  {
    const std::lock_guard lock(mutex_);
    if (has_tail_ || has_ended()) return;
    if (!start) {  // pulse() asks again
      log::warn("the cluster's log cannot be read yet", {{"reason", start.error()}});
      return;
    }
    if (const std::string* const best = best_of(start->checkpoints)) {
      if (Result<void> restored = machine_.restore(*best); !restored) {
        stop(std::move(restored.error()));
        return;
      }
      from = {.events = machine_.fill_from(), .all = machine_.applied() + 1};
    }
    checkpoint_time_ = clock_.steady();
    goal_ = start->last;
    has_tail_ = true;
    become(State::catching_up);
  }
  log_.tail(from, *this);
  note_progress();
}

void Replica::note_progress() {
  bool joins = false;
  {
    const std::lock_guard lock(mutex_);
    joins = state() == State::catching_up && !joins_ && std::max(read_, machine_.applied()) >= goal_;
    joins_ = joins_ || joins;
  }
  if (joins) join();
}

void Replica::join() {
  Sequence read = 0;
  {
    const std::lock_guard lock(mutex_);
    read = std::max(read_, machine_.applied());
  }
  publish(Join{.replica = options_.name, .version = options_.version, .read = read, .unix_ms = clock_.unix_ms()},
          [this](const Applied& applied) { on_joined(applied); });
}

void Replica::on_joined(const Applied& applied) {
  bool is_joined = false;
  bool begins = false;
  {
    const std::lock_guard lock(mutex_);
    if (applied.is_retired && !has_ended()) {
      why_stopped_ = "the others no longer know what it has sent";
      become(State::left_behind);
    }
    if (has_ended()) return;
    is_joined = !machine_.name_of(options_.publisher).empty();
    begins = !machine_.has_begun() || differs(machine_);
    has_joined_ = is_joined;
  }
  if (!is_joined) return join();  // an earlier run had read as much, and its clock was ahead of ours
  if (!begins) return on_begun();
  begin_with(agreement(), [this](const Applied&) { on_begun(); });
}

void Replica::begin_with(Agreement agreement, Told told) {
  publish(Begin{.salt = options_.salt, .agreement = std::move(agreement)}, std::move(told));
}

Agreement Replica::agreement() const {
  const std::lock_guard lock(mutex_);
  return agreement_;
}

void Replica::agree_on(Agreement agreement) {
  bool begins = false;
  {
    const std::lock_guard lock(mutex_);
    agreement_ = std::move(agreement);
    begins = state() == State::ready && differs(machine_);
  }
  if (begins) begin_with(this->agreement(), nullptr);
}

void Replica::on_begun() {
  const std::lock_guard lock(mutex_);
  if (state() == State::catching_up) become(State::ready);
}

void Replica::stop(std::string why) {
  become(State::stopped);
  log::warn("the cluster's log cannot be followed: this replica serves nobody until an operator has looked",
            {{"reason", why}});
  why_stopped_ = std::move(why);
}

// Whether this replica has to join again: the log has not heard of it for long.
bool Replica::note_membership() {
  if (!has_joined_ || !machine_.name_of(options_.publisher).empty()) return false;
  if (machine_.has_replica(options_.name)) {
    stop("another process has joined as replica " + options_.name + ": each one needs a name of its own");
    return false;
  }
  has_joined_ = false;
  become(State::catching_up);
  log::warn("the cluster had not heard of this replica for minutes, and had forgotten it: it joins again");
  return true;
}

// ---- to the log ----

void Replica::leave() {
  {
    const std::lock_guard lock(mutex_);
    has_joined_ = false;
  }
  publish(Leave{}, nullptr);
}

void Replica::publish(const Content& content, Told told) { add(std::nullopt, content, std::move(told)); }

void Replica::publish_until(SteadyTime until, const Content& content, Told told) {
  add(until, content, std::move(told));
}

void Replica::add(std::optional<SteadyTime> until, const Content& content, Told told) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = ++last_number_;
  Pending& pending = pending_[number];
  in_flight_.store(pending_.size(), std::memory_order_relaxed);
  pending.until = until;
  pending.since = published_ = clock_.steady();
  pending.bytes = encode({.publisher = options_.publisher, .number = number, .content = content});
  pending.subject = subject_of(content);
  pending.told = std::move(told);
  send(number, pending);
}

// What is too far ahead of the lowest that was not read back would be taken for a repeat; pulse() tries again.
void Replica::send(std::uint64_t number, Pending& pending) {
  if (number - pending_.begin()->first >= RepeatWindow::width) return;
  pending.sent = clock_.steady();
  ++pending.sends;
  log_.append(pending.subject, pending.bytes,
              [this, number](const AppendAnswer& answer) { on_answer(number, answer); });
}

void Replica::on_answer(std::uint64_t number, const AppendAnswer& answer) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(number);
  if (found == pending_.end()) return;
  if (answer.what == AppendAnswer::What::stored) {
    found->second.is_stored = true;
    found->second.sequence = answer.sequence;
    return;
  }
  ++found->second.refusals;
  found->second.refusal_lasts = answer.lasts;
  if (answer.why == AppendAnswer::log_is_full)
    events_refused_.store(clock_.steady().time_since_epoch().count(), std::memory_order_relaxed);
}

// Another try would still be on its way when nobody waits for it any more.
bool Replica::is_to_be_withdrawn(const Pending& pending, SteadyTime now) const {
  if (!pending.until || pending.sends != pending.refusals) return false;
  return pending.refusal_lasts || log_.refuses() || state() == State::stopped || now + repeat_after >= *pending.until;
}

// Who published it was told long ago that nobody knows. What the engine stored behind an outage of an hour would not be
// what is meant any more, and come twice where it was stored before the outage: the keys from then are forgotten.
bool Replica::is_to_be_given_up(const Pending& pending, SteadyTime now) {
  return pending.until && now >= std::max(*pending.until, pending.since + give_up_after);
}

// Its number stays taken: without it the repeat window of this publisher would wait for it for ever. What has that
// number now says nothing; a copy from before counts if that is stored first.
void Replica::empty(std::uint64_t number, Pending& pending) {
  const Content nothing = Tick{};
  pending.bytes = encode({.publisher = options_.publisher, .number = number, .content = nothing});
  pending.subject = subject_of(nothing);
  pending.until.reset();
}

std::vector<Replica::Told> Replica::send_again(SteadyTime now) {
  std::vector<Told> withdrawn;
  for (auto& [number, pending] : pending_) {
    // Read past, and it was not there: the engine has lost it.
    if (pending.is_stored && pending.sequence <= read_) pending.is_stored = false;
    if (pending.is_stored) continue;
    if (is_to_be_withdrawn(pending, now)) {
      empty(number, pending);
      withdrawn.push_back(std::exchange(pending.told, nullptr));
    } else if (is_to_be_given_up(pending, now)) {
      empty(number, pending);
      pending.is_given_up = true;
    }
    // Who has stopped must not fill a log that others have begun anew.
    if (state() != State::stopped && now - pending.sent >= repeat_after) send(number, pending);
  }
  return withdrawn;
}

void Replica::pulse() {
  bool asks = false;
  bool is_unsure = false;
  bool ticks = false;
  std::vector<Told> withdrawn;
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    if (!has_tail_ || is_unsure_) {
      asks = (state() == State::starting || is_unsure_) && now - asked_ >= ask_again;
      is_unsure = is_unsure_;
      if (asks) asked_ = now;
    } else {
      withdrawn = send_again(now);
      const bool is_due = now - ticked_ >= checkpoint_after / 12 && machine_.is_tick_due(clock_.unix_ms());
      ticks = state() == State::ready && pending_.empty() && (is_due || now - published_ >= sign_of_life);
      if (ticks) ticked_ = now;
    }
  }
  for (const Told& told : withdrawn) told({.outcome = Withdrawn{}});
  if (asks) is_unsure ? look_for_newer_start() : start();
  if (ticks) publish(Tick{}, nullptr);
  if (is_checkpoint_due()) write_checkpoint();
}

// ---- from the log ----

void Replica::on_entry(const Entry& entry) {
  Told told;
  Applied applied;
  bool joins = false;
  {
    const std::lock_guard lock(mutex_);
    if (has_ended()) return;
    read_ = entry.sequence;
    if (entry.subject == Subject::events) events_since_ += entry.bytes.size();
    if (entry.subject == Subject::checkpoints) {
      note_checkpoint(entry);
    } else if (Result<Applied> result = machine_.apply(entry); result) {
      applied = std::move(*result);
    } else {
      stop(std::move(result.error()));
      return;
    }
    if (applied.publisher == options_.publisher) {
      const auto mine = pending_.find(applied.number);
      if (mine != pending_.end()) {
        told = std::move(mine->second.told);
        const bool was_stored = !std::holds_alternative<std::monostate>(applied.outcome);
        if (mine->second.is_given_up && !was_stored && !applied.is_retired) applied.outcome = Withdrawn{};
        append_times_.add(clock_.steady() - mine->second.since);
        pending_.erase(mine);
        in_flight_.store(pending_.size(), std::memory_order_relaxed);
      }
    }
    joins = note_membership();
    if (has_ended()) return;
    if (hook_ && applied.publisher != 0) hook_(machine_, applied);
  }
  if (told) told(applied);
  if (joins) join();
  note_progress();
}

void Replica::on_trimmed(std::string_view why) {
  {
    const std::lock_guard lock(mutex_);
    if (has_ended()) return;
    why_stopped_ = why;
    if (read_ != 0) {
      become(State::left_behind);
      return;
    }
    asked_ = clock_.steady();
    is_unsure_ = true;
  }
  look_for_newer_start();
}

// Where not even the first entry was there, the log was trimmed between the look for a start and the first read: then a
// newer checkpoint is there, and the next run begins at that. Else the checkpoint does not fit its log, and the next
// run would find the same.
void Replica::look_for_newer_start() {
  log_.find_start([this](Result<LogStart> start) {
    const std::lock_guard lock(mutex_);
    if (!start || !is_unsure_ || has_ended()) return;  // pulse() asks again
    const std::string* const best = best_of(start->checkpoints);
    const bool is_newer = best != nullptr && applied_of(*best) > machine_.applied();
    if (!is_newer) return stop(std::string(why_stopped_));
    become(State::left_behind);
  });
}

void Replica::on_damage(std::string_view why) {
  const std::lock_guard lock(mutex_);
  stop(std::string(why));
}

// ---- checkpoints ----

// The first by name writes it; the others, in their order, where that one has not.
bool Replica::is_checkpoint_due() const {
  const std::lock_guard lock(mutex_);
  if (state() != State::ready) return false;
  const std::uint64_t rank = machine_.rank_of(options_.publisher);
  const Sequence since = machine_.applied() - std::min(checkpoint_.applied, machine_.applied());
  const SteadyTime::duration ago = clock_.steady() - checkpoint_time_;
  const std::uint64_t many = machine_.agreement().capacity_bytes / checkpoint_each_part;
  return since >= checkpoint_each + rank * checkpoint_each / 4 || events_since_ >= many + rank * many / 4 ||
         (since > 0 && ago >= checkpoint_after + rank * checkpoint_after / 4);
}

void Replica::write_checkpoint() {
  std::string bytes;
  {
    const std::lock_guard lock(mutex_);
    if (state() != State::ready) return;
    bytes = machine_.checkpoint();
    checkpoint_time_ = clock_.steady();
    checkpoint_.applied = written_ = machine_.applied();  // until it is read, or the next is due
    events_since_ = 0;
  }
  if (bytes.size() > large_checkpoint)
    log::warn(
        "the cluster's checkpoint is large: of one that is larger than the most nobody begins, and nothing "
        "leaves the engine. Is a scraper in scrapers.names that never comes?",
        {{"bytes", bytes.size()}, {"most", OrderedLog::longest_checkpoint}});
  log_.append(Subject::checkpoints, std::move(bytes), [](const AppendAnswer&) {});
}

// It is in the log now, so what only the one before needs may go: not what this one needs, since somebody may begin at
// the one before just now. Whoever has written it sees to that: of the others nobody knows whether they are there.
void Replica::note_checkpoint(const Entry& entry) {
  const Result<Machine::CheckpointHead> head = Machine::head_of(entry.bytes);
  if (!head || head->applied < last_checkpoint_.applied) return;
  if (const auto mine = machine_.hash_at(head->applied); mine && *mine != head->hash)
    return stop("up to entry " + std::to_string(head->applied) +
                " this replica has read other records than the one that wrote the checkpoint behind it: the engine's "
                "nodes have different logs. Look for the node that differs, restart it, and then this replica");
  const Machine::CheckpointHead before = std::exchange(last_checkpoint_, *head);
  const Sequence before_at = std::exchange(last_checkpoint_at_, entry.sequence);
  checkpoint_ = *head;
  checkpoint_time_ = clock_.steady();
  events_since_ = 0;
  if (before.applied == 0 || state() != State::ready || head->applied != written_) return;
  log_.trim(Subject::events, before.needed_from);
  log_.trim(Subject::commands, before.applied);
  log_.trim(Subject::checkpoints, before_at);
}

}  // namespace oneshot::cluster
