// SPDX-License-Identifier: MIT
// How events get into the log of a machine: when their record is applied, or again, from an old record, at a start.
#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "cluster/machine.hpp"
#include "queue/local/making_room/evictor.hpp"

namespace oneshot::cluster {
namespace {

constexpr unsigned the_appender = 0;
constexpr std::chrono::seconds mark_each{10};
constexpr std::uint64_t share_looks = 256;  // while the log is nearly full: one for each such part that fills

std::uint32_t seconds_of(const LogTime& time) noexcept {
  return static_cast<std::uint32_t>(time.steady.time_since_epoch() / std::chrono::seconds(1));
}

std::uint64_t size_of(const event::Event& event) noexcept {
  return event_log::Record::size_for(event_log::Record::shape_of(event));
}

}  // namespace

void Machine::apply(const Entry& entry, Applied& applied, const Group& group) {
  Stored& stored = applied.outcome.emplace<Stored>();
  if (ledger_ == nullptr) {  // nobody posts before the log has begun
    stored.assign(group.events.size(), queue::Stored::unable);
    return leave_out(entry, group.events.size());
  }
  note_mark(entry);
  posted_bytes_ += entry.bytes.size();
  time_of_groups_.pass(entry.unix_ms);
  clock_.set(time_of_groups_);
  const std::span<const event::Event> events = group.events;
  std::size_t at = 0;
  for (const Group::Request& request : group.requests) {
    const std::size_t count = std::min<std::size_t>(request.events, events.size() - at);
    store(events.subspan(at, count), request, stored);
    at += count;
  }
  for (; at < events.size(); ++at) stored.push_back(store(events[at], 0));
  for (const queue::StoredOne& one : stored) {
    if (one.what != queue::Stored::stored) left_out_.add(posted_);
    ++posted_;
  }
  clock_.set(time_);
}

// A start that fills this in passes the same times.
void Machine::leave_out(const Entry& entry, std::size_t events) {
  posted_bytes_ += entry.bytes.size();
  time_of_groups_.pass(entry.unix_ms);
  left_out_.add(posted_, events);
  posted_ += events;
}

bool Machine::would_be_over_share(std::uint64_t sender, std::span<const event::Event> events) const {
  if (!fair_share_ || filling_) return false;
  const std::lock_guard lock(ledger_->mutex);
  const std::uint64_t size = select(events).size;
  return size > 0 && fair_share_->would_be_over(sender, size);
}

std::optional<Stored> Machine::all_known(std::span<const event::Event> events) const {
  constexpr std::chrono::minutes margin{1};  // the record would come later, and stamps may go back a little
  if (ledger_ == nullptr || filling_) return std::nullopt;
  const std::lock_guard lock(ledger_->mutex);
  LogTime now = time_of_groups_;
  now.pass(time_.unix_ms);
  const auto later = std::chrono::duration_cast<std::chrono::seconds>(now.steady - time_of_groups_.steady) + margin;
  Stored stored;
  for (const event::Event& event : events) {
    const std::optional<queue::StoredOne> before = known(event, later);
    if (!before || before->what != queue::Stored::duplicate) return std::nullopt;
    stored.push_back(*before);
  }
  return stored;
}

// Looks first, since what is stored is not taken back.
void Machine::store(std::span<const event::Event> events, const Group::Request& request, Stored& stored) {
  const Selection selection = select(events);
  const bool is_refused = !request.each_alone && !selection.reused.empty();
  const bool takes_room = !is_refused && selection.size > 0;
  const bool is_over = takes_room && is_over_share(request.sender, selection.size);
  const bool is_full = takes_room && !is_over && !make_room(selection.size);
  if (is_over || is_full) ledger_->losses.count_refused();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (is_over || is_full) {
      stored.emplace_back(is_over ? queue::Stored::over_share : queue::Stored::full);
    } else if (selection.reused.contains(i)) {
      stored.emplace_back(queue::Stored::key_reused);
    } else {
      stored.push_back(is_refused ? queue::StoredOne(queue::Stored::refused_with_another)
                                  : store(events[i], request.sender));
    }
  }
}

// A look walks over the scrapers. One that has refused goes on with each request of that sender; it ends that, too.
bool Machine::is_over_share(std::uint64_t sender, std::uint64_t size) {
  if (sender == 0) return false;
  const event_log::EventLog& log = ledger_->log;
  const std::uint64_t end = log.tail() + size;
  const std::uint64_t step = log.capacity() / share_looks;
  const bool is_due = end / step != log.tail() / step || end > log.head() + log.capacity();
  const bool looks = over_share() == sender || (is_due && log.above_high_watermark(end - log.head()));
  return looks && fair_share_->is_over(sender, size);
}

Machine::Selection Machine::select(std::span<const event::Event> events) const {
  Selection selection;
  std::map<std::pair<std::uint64_t, std::uint64_t>, const event::Event*> keys;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const event::Event& event = events[i];
    const std::optional<queue::StoredOne> before = known(event);
    if (before && before->what == queue::Stored::key_reused) selection.reused.insert(i);
    if (before) continue;
    if (event.key && !ledger_->keys.is_off()) {
      const auto [first, is_new] = keys.try_emplace(std::pair(event.key->high, event.key->low), &event);
      if (!is_new && !is_same(*first->second, event)) selection.reused.insert(i);
      if (!is_new) continue;
    }
    selection.size += size_of(event);
  }
  return selection;
}

bool Machine::is_same(const event::Event& one, const event::Event& other) const {
  const auto print = [this](const event::Event& event) {
    return queue::fingerprint(ledger_->log.series_hash_of(event), event.value);
  };
  return print(one) == print(other);
}

void Machine::note_mark(const Entry& entry) {
  const bool is_due = marks_.empty() || posted_bytes_ - marks_.back().bytes >= mark_each_bytes ||
                      time_.steady - marks_.back().at >= mark_each;
  if (is_due)
    marks_.push_back({.sequence = entry.sequence,
                      .posted = posted_,
                      .bytes = posted_bytes_,
                      .offset = end_,
                      .before = time_of_groups_,
                      .at = time_.steady});
}

queue::StoredOne Machine::store(const event::Event& event, std::uint64_t sender) {
  if (std::optional<queue::StoredOne> before = known(event)) return *before;
  if (!make_room(size_of(event))) {
    ledger_->losses.count_refused();
    return queue::Stored::full;
  }
  const event_log::RecordId id = append(event);
  ledger_->shares.add(the_appender, sender, id.offset, size_of(event));
  ledger_->table.advance_counted_end(end_);
  note_key(event, id.offset);
  return {queue::Stored::stored, queue::EventId::of(id)};
}

bool Machine::make_room(std::uint64_t size) {
  const event_log::EventLog& log = ledger_->log;
  const std::uint64_t wanted = log.tail() + size;
  if (size > log.capacity()) return false;
  if (wanted <= log.head() + log.capacity()) return true;
  return queue::make_room(*ledger_, wanted - log.capacity(), agreement_.when_full == queue::WhenFull::drop_oldest);
}

event_log::RecordId Machine::append(const event::Event& event) {
  using Appended = event_log::EventLog::Appended;
  event_log::EventLog& log = ledger_->log;
  event_log::RecordId id;
  const Appended appended = log.append(the_appender, event, id, true);
  assert(appended == Appended::stored || appended == Appended::stored_above_high_watermark);
  static_cast<void>(appended);
  if (event.key) log.publish(the_appender);
  end_ = {.bytes = log.tail(), .events = end_.events + 1};
  return id;
}

// ---- keys ----

// `later`: so long after the last group.
std::optional<queue::StoredOne> Machine::known(const event::Event& event, std::chrono::seconds later) const {
  if (!event.key || ledger_->keys.is_off()) return std::nullopt;
  const queue::KeyTable::Locked keys = ledger_->keys.lock(queue::KeyTable::bit_of(*event.key));
  const storage::KeyEntry* const entry = keys.find(*event.key);
  if (entry == nullptr) return std::nullopt;
  const std::chrono::seconds age = later + std::chrono::seconds(seconds_of(time_of_groups_) - entry->unix_seconds);
  if (age >= agreement_.idempotency || !is_read_at_a_start(entry->offset)) return std::nullopt;
  if (entry->fingerprint != queue::fingerprint(ledger_->log.series_hash_of(event), event.value))
    return queue::Stored::key_reused;
  return queue::StoredOne{queue::Stored::duplicate, id_of(*entry)};
}

void Machine::note_key(const event::Event& event, std::uint64_t offset) {
  if (!event.key || ledger_->keys.is_off()) return;
  ledger_->keys.lock(queue::KeyTable::bit_of(*event.key))
      .note({.key = *event.key,
             .offset = offset,
             .fingerprint = queue::fingerprint(ledger_->log.series_hash_of(event), event.value),
             .unix_seconds = seconds_of(filling_ ? filling_->time : time_of_groups_)});
}

queue::EventId Machine::id_of(const storage::KeyEntry& entry) const {
  const event_log::EventLog& log = ledger_->log;
  if (entry.offset < log.head() || entry.offset >= log.tail()) return {};
  const event_log::Record& record = log.record_at(entry.offset);
  if (record.key() != entry.key) return {};
  return queue::EventId::of({.offset = entry.offset, .tag = record.tag()});
}

// ---- a start ----

// What the checkpoint counts already, event by event as it was then. The head follows, since more is read back than
// waits: the keys of the last minutes are wanted too.
Result<void> Machine::fill(const Entry& entry) {
  if (!filling_ || entry.sequence < filling_->from || entry.subject != Subject::events) return {};
  Result<Record> record = decode(entry);
  if (!record) return Unexpected{std::move(record.error())};
  const Group* const group = std::get_if<Group>(&record->content);
  if (group == nullptr) return Unexpected{"record " + std::to_string(entry.sequence) + " of the log has no events"};
  const std::lock_guard lock(ledger_->mutex);
  filling_->time.pass(entry.unix_ms);
  clock_.set(filling_->time);
  for (const event::Event& event : group->events) {
    if (left_out_.contains(filling_->posted++)) continue;
    event_log::EventLog& log = ledger_->log;
    const std::uint64_t wanted = log.tail() + size_of(event);
    if (wanted > filling_->tail) return Unexpected{std::string("the log has more events than its checkpoint")};
    if (wanted > log.head() + log.capacity()) log.advance_head(wanted - log.capacity());
    note_key(event, append(event).offset);
  }
  clock_.set(time_);
  return {};
}

Result<void> Machine::end_filling() {
  if (!filling_) return {};
  const std::lock_guard lock(ledger_->mutex);
  if (ledger_->log.tail() != filling_->tail || ledger_->log.head() > filling_->head)
    return Unexpected{std::string(
        "the log has fewer events than the checkpoint at which this replica began counts: somebody has purged its "
        "stream, or the engine has lost records. Leave the other replicas running until their scrapers have all; then "
        "stop all, remove the stream, and start all with an empty log")};
  ledger_->log.advance_head(filling_->head);
  filling_.reset();
  return {};
}

}  // namespace oneshot::cluster
