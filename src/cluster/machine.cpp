// SPDX-License-Identifier: MIT
#include "cluster/machine.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "base/hash.hpp"
#include "queue/local/making_room/retention.hpp"

namespace oneshot::cluster {
namespace {

/// A publisher that has not been heard for so long is retired.
constexpr std::chrono::hours retire_publisher_after{1};
/// Each run of a replica is one: what these have under way is over long before so many others have come.
constexpr std::size_t retired_kept = 4096;
/// A checkpoint comes so many entries late at most, or nobody compares its hash.
constexpr std::size_t hashes_kept = 8192;

}  // namespace

Machine::Machine() = default;

Result<Applied> Machine::apply(const Entry& entry) {
  if (entry.sequence <= applied_) {
    if (Result<void> filled = fill(entry); !filled) return Unexpected{std::move(filled.error())};
    return Applied{};
  }
  if (Result<void> ended = end_filling(); !ended) return Unexpected{std::move(ended.error())};
  Result<Record> record = decode(entry);
  if (!record) return Unexpected{std::move(record.error())};

  std::unique_lock<std::mutex> lock;
  if (ledger_ != nullptr) lock = std::unique_lock(ledger_->mutex);
  applied_ = entry.sequence;
  note_hash(entry);
  time_.pass(entry.unix_ms, LogTime::longest_silence);
  clock_.set(time_);
  Applied applied{.publisher = record->publisher, .number = record->number};
  if (!enter(*record, applied)) {
    ++repeats_;
    if (const auto* const group = std::get_if<Group>(&record->content)) leave_out(entry, group->events.size());
  } else {
    std::visit([&](const auto& content) { apply(entry, applied, content); }, record->content);
  }
  pass_time();
  return applied;
}

bool Machine::enter(const Record& record, Applied& applied) {
  applied.is_retired =
      !windows_.contains(record.publisher) && std::ranges::find(retired_, record.publisher) != retired_.end();
  if (applied.is_retired) return false;
  Window& window = windows_[record.publisher];
  window.last = time_.steady;
  return window.seen.enter(record.number);
}

void Machine::note_hash(const Entry& entry) {
  hash_ = hash_bytes(entry.bytes, Seed{hash_ ^ entry.sequence});
  hashes_.emplace_back(entry.sequence, hash_);
  if (hashes_.size() > hashes_kept) hashes_.pop_front();
}

std::optional<std::uint64_t> Machine::hash_at(Sequence sequence) const noexcept {
  const auto found = std::ranges::lower_bound(hashes_, sequence, {}, [](const auto& one) { return one.first; });
  if (found == hashes_.end() || found->first != sequence) return std::nullopt;
  return found->second;
}

const Out* Machine::out_to(std::string_view scraper) const noexcept {
  const auto found = out_.find(scraper);
  return found == out_.end() ? nullptr : &found->second;
}

std::size_t Machine::rank_of(Publisher publisher) const noexcept {
  const std::string_view name = name_of(publisher);
  return static_cast<std::size_t>(
      std::ranges::count_if(replicas_, [name](const auto& one) { return one.second.name < name; }));
}

bool Machine::has_replica(std::string_view name) const noexcept {
  return std::ranges::any_of(replicas_, [name](const auto& one) { return one.second.name == name; });
}

std::string Machine::names_of_replicas() const {
  std::set<std::string_view> names;
  for (const auto& [publisher, replica] : replicas_) names.insert(replica.name);
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

std::string_view Machine::name_of(Publisher publisher) const noexcept {
  const auto found = replicas_.find(publisher);
  return found == replicas_.end() ? std::string_view() : found->second.name;
}

void Machine::make_ledger(const event_log::EventLog::Start& start) {
  Result<event_log::Ring> ring = event_log::Ring::in_memory(agreement_.capacity_bytes);
  if (!ring) throw std::bad_alloc();
  clock_.set(time_);
  ledger_ = std::make_shared<queue::Ledger>(std::move(*ring), agreement_.options(), clock_, start);
  begin_fair_share();
}

void Machine::begin_fair_share() {
  fair_share_.emplace(*ledger_, agreement_.when_full == queue::WhenFull::drop_oldest);
}

// Once a second of the log's time, after the entry that has brought it: what time alone changes.
void Machine::pass_time() {
  if (ledger_ == nullptr || time_.steady - passed_ < std::chrono::seconds(1)) return;
  passed_ = time_.steady;
  retire_publishers();
  forget_scrapers(time_.steady);
  forget_replicas();
  forget_what_nobody_needs();
}

void Machine::retire_publishers() {
  std::erase_if(windows_, [this](const auto& one) {
    const bool is_silent = time_.steady - one.second.last > retire_publisher_after && !replicas_.contains(one.first);
    if (is_silent) retired_.push_back(one.first);
    return is_silent;
  });
  while (retired_.size() > retired_kept) retired_.pop_front();
}

// Its machine may be lost. What it sent has passed its deadline long ago.
void Machine::forget_replicas() {
  end_replicas_if([this](Publisher publisher, const Replica& /*replica*/) {
    return time_.steady - windows_[publisher].last >= forget_replica_after;
  });
}

bool Machine::is_tick_due(std::int64_t now_unix_ms) const noexcept {
  return ledger_ != nullptr &&
         now_unix_ms - time_.unix_ms >= std::chrono::milliseconds(std::chrono::seconds(5)).count();
}

void Machine::forget_scrapers(SteadyTime now) {
  queue::ScraperTable& table = ledger_->table;
  table.forget(now - ledger_->options.forget_after);
  table.hold().end_if_due(now, ledger_->options.startup_hold);
  table.count_unclaimed();
}

// For their keys: not more than the log's capacity, or the engine would have to keep without bound what comes in within
// ten minutes. What no start reads, nobody knows: else replicas that run would go on otherwise than one that starts.
bool Machine::is_read_at_a_start(std::uint64_t offset) const noexcept {
  return !marks_.empty() && offset >= marks_.front().offset.bytes && end_.bytes - offset < agreement_.capacity_bytes;
}

void Machine::forget_what_nobody_needs() {
  queue::Ledger& ledger = *ledger_;
  while (!queue::retain_history(ledger)) {
  }
  if (const std::uint64_t free = ledger.table.free_until(); free > ledger.log.head()) ledger.log.advance_head(free);
  release_memory();
  ledger.table.places().forget_before(ledger.log.head());
  forget_marks();
  thin_marks();
  if (!marks_.empty()) left_out_.forget_before(marks_.front().posted);
}

// Seldom, since each time is a call of the kernel.
void Machine::release_memory() {
  constexpr std::uint64_t step = 65536;
  const std::uint64_t until = ledger_->log.head() / step * step;
  if (until <= released_) return;
  ledger_->log.release_memory(released_, until);
  released_ = until;
}

// What stands behind the front one is read at a start: events that are in the log, and the keys of others. Of records
// for their keys alone the engine keeps no more than the log's capacity, or what stores nothing would fill it.
void Machine::forget_marks() {
  const auto is_needed = [this](const Mark& next) {
    return next.offset.bytes > ledger_->log.head() || (time_.steady - next.at < Agreement::longest_idempotency &&
                                                       posted_bytes_ - next.bytes < agreement_.capacity_bytes);
  };
  while (marks_.size() > 1 && !is_needed(marks_[1])) {
    marks_.pop_front();
    if (thinned_ > 0) --thinned_;
  }
}

// For keys marks stand close in time. For events close in bytes is enough, and a scraper may stay away for months.
void Machine::thin_marks() {
  while (thinned_ + 1 < marks_.size() && time_.steady - marks_[thinned_].at >= Agreement::longest_idempotency) {
    const auto at = marks_.begin() + static_cast<std::ptrdiff_t>(thinned_);
    if (thinned_ > 0 && at[1].bytes - at[-1].bytes < mark_each_bytes) {
      marks_.erase(at);
    } else {
      ++thinned_;
    }
  }
}

}  // namespace oneshot::cluster
