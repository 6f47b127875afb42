// SPDX-License-Identifier: MIT
#include "simulation/memory_log.hpp"

#include <algorithm>

namespace oneshot::simulation {
namespace {

void nobody(Sequence) {}

}  // namespace

void MemoryEngine::change_leader() {
  const auto most = static_cast<std::uint64_t>(2 * faults_.clock_skew_ms);
  skew_ms_ = static_cast<std::int64_t>(scheduler_.dice(most)) - faults_.clock_skew_ms;
}

void MemoryEngine::take_in(Subject subject, std::string bytes, std::function<void(Sequence)> answer) {
  if (scheduler_.steady() < away_until_ || scheduler_.chance(faults_.lost_append)) return;
  const bool late = scheduler_.chance(faults_.late_append);
  const milliseconds delay = late ? scheduler_.delay(faults_.late_ms) : scheduler_.delay(faults_.delay_ms / 4);
  if (scheduler_.chance(faults_.doubled_append))
    scheduler_.after(scheduler_.delay(faults_.late_ms), [this, subject, bytes] { store(subject, bytes, nobody); });
  scheduler_.after(
      delay, [this, subject, bytes = std::move(bytes), answer = std::move(answer)] { store(subject, bytes, answer); });
}

void MemoryEngine::store(Subject subject, const std::string& bytes, const std::function<void(Sequence)>& answer) {
  if (scheduler_.steady() < away_until_) return;
  const Sequence sequence = ++last_;
  const auto entry =
      entries_.emplace(sequence, Stored{sequence, scheduler_.unix_ms() + skew_ms_, subject, bytes}).first;
  if (on_stored) on_stored(entry->second);
  answer(sequence);
  for (MemoryLog* const log : logs_) log->wake();
}

bool MemoryEngine::has_all(const cluster::OrderedLog::From& from) const {
  return std::ranges::none_of(trimmed_, [&](const auto& one) {
    return (one.second == Subject::events && one.first >= from.events) ||
           (one.second == Subject::commands && one.first >= from.all);
  });
}

MemoryLog::MemoryLog(MemoryEngine& engine, std::string name) : engine_(engine), name_(std::move(name)) {
  engine_.replicas_[name_] = this;
  engine_.logs_.push_back(this);
}

MemoryLog::~MemoryLog() {
  *alive_ = false;
  std::erase(engine_.logs_, this);
  const auto found = engine_.replicas_.find(name_);
  if (found != engine_.replicas_.end() && found->second == this) engine_.replicas_.erase(found);
}

// What is on its way to the engine gets there although the replica is gone.
void MemoryLog::append(Subject subject, std::string bytes, std::function<void(const cluster::AppendAnswer&)> told) {
  Scheduler& scheduler = engine_.scheduler_;
  if (is_cut_off() || scheduler.steady() < loses_until_) return;
  if (engine_.refuses_now()) {
    scheduler.after(milliseconds(1), [alive = alive_, told = std::move(told), lasts = engine_.refusal_lasts_] {
      if (*alive) told({.what = cluster::AppendAnswer::What::refused, .why = "as the test says", .lasts = lasts});
    });
    return;
  }
  const auto answer = [this, alive = alive_, told = std::move(told), &scheduler](Sequence sequence) {
    if (scheduler.chance(engine_.faults_.lost_answer)) return;
    scheduler.after(scheduler.delay(engine_.faults_.delay_ms / 4), [this, alive, told, sequence] {
      if (!*alive || is_cut_off()) return;
      told({.what = cluster::AppendAnswer::What::stored, .sequence = sequence});
    });
  };
  MemoryEngine& engine = engine_;
  scheduler.after(scheduler.delay(engine_.faults_.delay_ms / 4),
                  [&engine, subject, bytes = std::move(bytes), answer, alive = alive_] {
                    engine.take_in(subject, bytes, [answer, alive](Sequence sequence) {
                      if (*alive) answer(sequence);
                    });
                  });
}

void MemoryLog::tail(const From& from, cluster::LogReader& reader) {
  reader_ = &reader;
  from_ = from;
  next_ = from.events;
  wake();
}

void MemoryLog::wake() {
  if (reader_ == nullptr || is_reading_) return;
  is_reading_ = true;
  Scheduler& scheduler = engine_.scheduler_;
  milliseconds delay = scheduler.delay(engine_.faults_.delay_ms / 2);
  if (scheduler.steady() < slow_until_) delay += scheduler.delay(300);
  const SteadyTime time = std::max(scheduler.steady() + delay, is_cut_off() ? cut_off_until_ + delay : SteadyTime{});
  scheduler.at(time, [this, alive = alive_] {
    if (*alive) read_next();
  });
}

void MemoryLog::read_next() {
  is_reading_ = false;
  if (is_cut_off()) return wake();
  // Some at a time, so that others come between.
  for (std::uint64_t count = 1 + engine_.scheduler_.dice(3); count > 0; --count) {
    const auto found = engine_.entries_.lower_bound(next_);
    if (found == engine_.entries_.end()) return;
    const MemoryEngine::Stored& entry = found->second;
    for (auto gone = engine_.trimmed_.lower_bound(next_);
         gone != engine_.trimmed_.end() && gone->first < entry.sequence; ++gone) {
      if (gone->second == Subject::checkpoints || (gone->second == Subject::commands && gone->first < from_.all))
        continue;
      return reader_->on_trimmed("it has been trimmed beyond what was read");
    }
    next_ = entry.sequence + 1;
    if (entry.sequence < from_.all && entry.subject != Subject::events) continue;
    reader_->on_entry(
        {.sequence = entry.sequence, .unix_ms = entry.unix_ms, .subject = entry.subject, .bytes = entry.bytes});
  }
  wake();
}

void MemoryLog::find_start(std::function<void(Result<cluster::LogStart>)> told) {
  Scheduler& scheduler = engine_.scheduler_;
  if (is_cut_off() || scheduler.chance(engine_.faults_.lost_answer)) return;
  scheduler.after(scheduler.delay(engine_.faults_.delay_ms), [this, alive = alive_, told = std::move(told)] {
    if (!*alive || is_cut_off()) return;
    cluster::LogStart start{.last = engine_.last_};
    for (const auto& [sequence, entry] : engine_.entries_) {
      if (entry.subject == Subject::checkpoints) start.checkpoints.push_back(entry.bytes);
    }
    told(std::move(start));
  });
}

void MemoryLog::trim(Subject subject, Sequence below) {
  std::erase_if(engine_.entries_, [=, this](const auto& one) {
    const bool goes = one.second.subject == subject && one.first < below;
    if (goes) engine_.trimmed_.emplace(one.first, subject);
    return goes;
  });
}

void MemoryLog::ask(const std::string& replica, std::string question, milliseconds patience,
                    std::function<void(std::optional<std::string>)> answered) {
  Scheduler& scheduler = engine_.scheduler_;
  MemoryEngine& engine = engine_;
  const auto once = std::make_shared<std::function<void(std::optional<std::string>)>>(std::move(answered));
  const auto tell = [this, once, alive = alive_](const std::string& reply) {
    if (!*alive || is_cut_off()) return;
    if (const auto told = std::exchange(*once, nullptr)) told(reply);
  };
  scheduler.after(patience, [once, alive = alive_] {
    const auto told = std::exchange(*once, nullptr);
    if (*alive && told) told({});
  });
  if (is_cut_off() || scheduler.chance(engine.faults_.lost_message)) return;
  scheduler.after(scheduler.delay(engine.faults_.delay_ms / 2), [&engine, &scheduler, replica, question, tell] {
    const auto other = engine.replicas_.find(replica);
    if (other == engine.replicas_.end() || !other->second->answer_ || other->second->is_cut_off()) return;
    other->second->answer_(question, [&engine, &scheduler, tell](std::string reply) {
      if (scheduler.chance(engine.faults_.lost_message)) return;
      scheduler.after(scheduler.delay(engine.faults_.delay_ms / 2), [tell, reply] { tell(reply); });
    });
  });
}

}  // namespace oneshot::simulation
