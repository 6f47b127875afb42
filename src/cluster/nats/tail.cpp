// SPDX-License-Identifier: MIT
//
// The records of a stream are numbered without gaps when they are stored, so a gap means that something is gone. A
// replica that trims writes down first what may be gone, and the stream's leader knows that: a gap that came before the
// leader was asked is judged by what the leader says. So a reader that was away for long never passes over records that
// it needed.
#include "cluster/nats/tail.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/numbers.hpp"

namespace oneshot::cluster {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds silence{1500};
constexpr milliseconds standstill{1500};
constexpr milliseconds look_each{250};
constexpr milliseconds make_again{200};
constexpr std::chrono::seconds ask_when_idle{5};
constexpr std::chrono::seconds ask_when_tight{1};
constexpr std::chrono::seconds ask_at_least{20};  // what an operator has done to the stream shows in nothing else

constexpr std::int64_t ns_per_ms = 1'000'000;

std::string_view header(natsMsg* message, const char* name) {
  const char* value = nullptr;
  return natsMsgHeader_Get(message, name, &value) == NATS_OK ? text_or_empty(value) : std::string_view{};
}

}  // namespace

Tail::Tail(Connection& connection, Door& door, Stream& stream, const Subjects& subjects, Room& room, Trouble& trouble,
           std::function<void(std::string, std::string)> send)
    : connection_(connection),
      door_(door),
      stream_(stream),
      subjects_(subjects),
      room_(room),
      trouble_(trouble),
      send_(std::move(send)) {}

void Tail::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Tail::begin(const OrderedLog::From& from, LogReader& reader) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_ || thread_.joinable()) return;
  from_ = from;
  reader_ = &reader;
  next_ = std::max<Sequence>(from.events, 1);
  thread_ = std::thread([this] { run(); });
}

void Tail::take_in(MessagePtr message) {
  {
    const std::lock_guard lock(mutex_);
    arrived_.push_back({.message = std::move(message), .arrival = ++arrivals_});
    heard_ = system_clock().steady();
  }
  changed_.notify_one();
}

void Tail::note_stored(Sequence sequence) {
  const std::lock_guard lock(mutex_);
  stored_ = std::max(stored_, sequence);
}

Sequence Tail::parts_may_go_below(Sequence below) const {
  const std::lock_guard lock(mutex_);
  return parts_.may_go_below(below);
}

void Tail::run() {
  while (!is_stopped() && !has_ended_) {
    if (!consumer_ && !make_consumer()) {
      pause();
      continue;
    }
    for (const Arrived& arrived : wait_for_messages()) {
      if (!consumer_ || is_stopped()) break;
      take(arrived);
    }
    if (consumer_) look_whether_it_goes_on();
  }
}

bool Tail::is_stopped() const {
  const std::lock_guard lock(mutex_);
  return is_stopped_;
}

std::deque<Tail::Arrived> Tail::wait_for_messages() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, look_each, [this] { return is_stopped_ || !arrived_.empty(); });
  return std::exchange(arrived_, {});
}

void Tail::pause() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, make_again, [this] { return is_stopped_; });
}

void Tail::let_go(std::string_view why) {
  log::info("begins anew to read the cluster's log", {{"reason", why}, {"from", next_}});
  leave_consumer();
  restarts_.fetch_add(1, std::memory_order_relaxed);
}

void Tail::end() {
  has_ended_ = true;
  leave_consumer();
}

void Tail::damage(std::string_view why) {
  end();
  reader_->on_damage(why);
}

void Tail::look_whether_it_goes_on() {
  SteadyTime heard;
  Sequence stored = 0;
  {
    const std::lock_guard lock(mutex_);
    heard = heard_;
    stored = stored_;
  }
  const SteadyTime time = system_clock().steady();
  if (time - heard > silence) return let_go("the engine is silent");
  if (expected_ < next_) {
    expected_ = stored;
    expected_since_ = time;
  }
  if (expected_ >= next_ && time - std::max(expected_since_, read_time_) > standstill)
    return let_go("a record that is stored does not come");
  const bool is_due = room_.is_tight()
                          ? time - asked_ >= ask_when_tight
                          : time - std::max(read_time_, asked_) >= ask_when_idle || time - asked_ >= ask_at_least;
  if (!is_due) return;
  asked_ = time;
  const auto state = ask_the_leader();
  if (state) {
    trouble_.forget(Trouble::Met::reading);
    look_whether_it_was_purged(*state);
    look_whether_it_is_too_small(*state);
    return note_stored(state->last);
  }
  complain(state.error());
  if (state.error().is_final) let_go(state.error().why);
}

void Tail::complain(const Stream::Failure& failure) {
  complaint_.make(failure.why);
  if (failure.is_away) return;
  trouble_.note(Trouble::Met::reading, failure.why, failure.refuses, system_clock().steady());
}

// The replicas trim the log long before a stream of the right size is full.
void Tail::look_whether_it_is_too_small(const Stream::State& state) {
  if (!room_.is_tight() || state.max_bytes >= stream_.wanted_bytes()) return;
  const std::string wanted = std::to_string(stream_.wanted_bytes());
  const std::string why = "the stream " + subjects_.stream + " may have " + std::to_string(state.max_bytes) +
                          " bytes only, which are used up: by the settings of this replica it needs " + wanted +
                          " (`nats stream edit " + subjects_.stream + " --max-bytes " + wanted + "`)";
  size_complaint_.make(why);
  trouble_.note(Trouble::Met::storing, why, false, system_clock().steady());
}

// Whoever has read what is gone has it in memory, and misses nothing. What was trimmed is told before it goes, but the
// stream's leader may be asked just between the two.
void Tail::look_whether_it_was_purged(const Stream::State& state) {
  trimmed_.merge(state.trimmed);
  if (state.first <= std::max<Sequence>(trimmed_.highest(), 1)) {
    purged_since_.reset();
    trouble_.forget(Trouble::Met::looking);
    return;
  }
  const SteadyTime time = system_clock().steady();
  if (!purged_since_) purged_since_ = time;
  if (time - *purged_since_ < ask_when_idle) return;
  const std::string why = "the records of the stream " + subjects_.stream + " before " + std::to_string(state.first) +
                          " are gone, and no replica has trimmed them: somebody has purged the stream. This replica "
                          "has them in memory and goes on; one that starts now cannot read them. So restart none. Once "
                          "nobody posts and all scrapers have all, stop all, remove the stream, and start all with an "
                          "empty log";
  purge_complaint_.make(why);
  trouble_.note(Trouble::Met::looking, why, false, time, 2 * ask_at_least);
}

Stream::Answer<Stream::State> Tail::ask_the_leader() {
  auto state = stream_.state();
  if (state) room_.set(state->bytes, state->max_bytes, state->last);
  return state;
}

// ---- what comes ----

void Tail::take(const Arrived& arrived) {
  natsMsg* const message = arrived.message.get();
  if (!text_or_empty(natsMsg_GetReply(message)).starts_with("$JS.ACK.")) return take_status(message);
  jsMsgMetaData* parsed = nullptr;
  if (natsMsg_GetMetaData(&parsed, message) != NATS_OK) return let_go("a message of the engine is not understood");
  const MetaDataPtr meta(parsed);
  if (meta->Consumer != consumer_->name) return;  // the one before
  if (meta->Sequence.Consumer != consumer_->last_sent + 1) return let_go("messages were lost on their way");
  consumer_->last_sent = meta->Sequence.Consumer;
  const Sequence sequence = meta->Sequence.Stream;
  if (sequence < next_) return;
  if (sequence > next_ && !passes_gap(sequence, arrived.arrival)) return;
  next_ = sequence + 1;
  room_.add(sequence, std::string_view(natsMsg_GetSubject(message)).size(), bytes_of(message).size());
  last_read_ = {.sequence = sequence, .unix_ns = meta->Timestamp};
  read_time_ = system_clock().steady();
  show(message, sequence, meta->Timestamp);
}

/// A heartbeat, or a question whether this keeps up, which waits for an answer.
void Tail::take_status(natsMsg* message) {
  if (natsMsg_GetSubject(message) != consumer_->subject) return;  // of the one before
  const std::string_view reply = text_or_empty(natsMsg_GetReply(message));
  const std::string_view stalled = header(message, "Nats-Consumer-Stalled");
  if (!reply.empty()) send_(std::string(reply), "");
  if (!stalled.empty()) send_(std::string(stalled), "");
  const auto last = parse_whole_number(header(message, "Nats-Last-Consumer"));
  if (last && *last > consumer_->last_sent) let_go("messages were lost on their way");
}

/// What lies between is gone: whether nothing of it was needed. What had not arrived when the leader was asked last may
/// have been trimmed since.
bool Tail::passes_gap(Sequence next, std::uint64_t arrival) {
  if (arrival > trimmed_as_of_) {
    std::uint64_t arrivals = 0;
    {
      const std::lock_guard lock(mutex_);
      arrivals = arrivals_;
    }
    const auto state = ask_the_leader();
    if (!state) {
      let_go(state.error().why);
      return false;
    }
    trimmed_.merge(state->trimmed);
    trimmed_as_of_ = arrivals;
  }
  return may_be_missing(next);
}

bool Tail::may_be_missing(Sequence next) {
  if (std::max(next_, from_.events) < trimmed_.events || std::max(next_, from_.all) < trimmed_.commands) {
    end();
    reader_->on_trimmed("it has been trimmed beyond what was read, which is up to " + std::to_string(next_ - 1));
    return false;
  }
  if (next <= trimmed_.highest()) {
    missing_since_.reset();
    return true;
  }
  if (!missing_since_) missing_since_ = system_clock().steady();
  if (system_clock().steady() - *missing_since_ < leader_catches_up_within) {
    let_go("records are missing");
    return false;
  }
  damage("the records from " + std::to_string(next_) + " to " + std::to_string(next - 1) + " of the stream " +
         subjects_.stream +
         " are missing, and no replica has trimmed them: somebody has purged the stream, or the engine has lost them. "
         "A restart of this replica begins at the newest checkpoint, which may not need them. Where it says the same "
         "again: leave the other replicas running until their scrapers have all, then stop all, remove the stream, and "
         "start all with an empty log");
  return false;
}

void Tail::show(natsMsg* message, Sequence sequence, std::int64_t unix_ns) {
  const auto subject = subjects_.subject_in(natsMsg_GetSubject(message));
  if (!subject) return;
  const Entry entry{
      .sequence = sequence, .unix_ms = unix_ns / ns_per_ms, .subject = *subject, .bytes = bytes_of(message)};
  if (*subject == Subject::checkpoints) {
    if (const auto name = subjects_.part_in(natsMsg_GetSubject(message))) show_part(*name, entry);
  } else if (*subject == Subject::events || sequence >= from_.all) {
    reader_->on_entry(entry);
  }
}

void Tail::show_part(const PartName& name, Entry entry) {
  std::optional<Parts::Whole> whole;
  {
    const std::lock_guard lock(mutex_);
    whole = parts_.add(name, entry.sequence, entry.bytes);
  }
  if (!whole || entry.sequence < from_.all) return;
  entry.bytes = whole->bytes;
  reader_->on_entry(entry);
}

}  // namespace oneshot::cluster
