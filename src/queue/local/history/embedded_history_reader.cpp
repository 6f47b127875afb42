// SPDX-License-Identifier: MIT
#include "queue/local/history/embedded_history_reader.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "exposition/label_text.hpp"
#include "queue/local/history/history_look.hpp"

namespace oneshot::queue {
namespace {

// Times ascend in the log but for what threads do at once, and with explicit timestamps for a second ahead.
constexpr std::chrono::milliseconds out_of_order{10'000};
// Work of one step over events that were found: an event, or one question to a scraper about it.
constexpr std::size_t read_step = 32;
constexpr std::size_t question_step = 2048;

std::int64_t before(std::int64_t unix_ms) noexcept {
  const std::int64_t by = out_of_order.count();
  return unix_ms < std::numeric_limits<std::int64_t>::min() + by ? unix_ms : unix_ms - by;
}

}  // namespace

EmbeddedHistoryReader::EmbeddedHistoryReader(std::shared_ptr<Ledger> ledger, HistoryQuery query)
    : ledger_(std::move(ledger)), query_(std::move(query)) {
  query_.limit = std::clamp<std::size_t>(query_.limit, 1, HistoryQuery::most);
  for (const LabelIs& label : query_.labels) {
    if (label.value.empty())
      without_.push_back(label.name);
    else
      labels_.push_back(exposition::label_text(label.name, label.value));
  }
  prepare_look(*ledger_);
  const std::lock_guard lock(ledger_->mutex);
  begin_stretch(ledger_->table.counted_end().bytes);
}

HistoryWalk::Step EmbeddedHistoryReader::step() {
  const std::lock_guard lock(ledger_->mutex);
  if (looking_) {
    look_for_events();
    return pace_of(*ledger_);
  }
  read_events();
  return found_.empty() ? Step::done : pace_of(*ledger_);
}

void EmbeddedHistoryReader::begin_stretch(std::uint64_t end) {
  oldest_ = oldest_of(*ledger_, query_.scraper);
  looking_ = end > oldest_.bytes;
  if (!looking_) return finish();
  stretch_end_ = end;
  stretch_begin_ = event_log::later(oldest_, ledger_->table.places().last_before(end - 1, oldest_));
  at_ = stretch_begin_;
}

void EmbeddedHistoryReader::look_for_events() {
  Ledger& ledger = *ledger_;
  if (at_.bytes < ledger.log.head()) {  // overwritten; what is left of this stretch, and all before it, is too
    in_stretch_.clear();
    finish();
    return;
  }
  std::uint64_t records = look_step;
  const std::uint64_t most = at_.bytes + look_bytes;
  ledger.log.walk(at_, stretch_end_, [&](const event_log::Record& record) {
    if (records == 0 || at_.bytes >= most) return true;
    --records;
    if (record.is_padding() || !fits(record, at_.bytes)) return false;
    if (found_.size() + in_stretch_.size() > query_.limit) in_stretch_.pop_front();
    in_stretch_.push_back(at_.bytes);
    return false;
  });
  if (at_.bytes >= stretch_end_) end_stretch();
}

void EmbeddedHistoryReader::end_stretch() {
  found_.insert(found_.begin(), in_stretch_.begin(), in_stretch_.end());
  in_stretch_.clear();
  const bool is_enough = found_.size() > query_.limit;
  if (is_enough || stretch_begin_.bytes < ledger_->log.head() || is_too_old()) return finish();
  begin_stretch(stretch_begin_.bytes);
}

bool EmbeddedHistoryReader::is_too_old() const noexcept {
  return stretch_begin_.events < ledger_->table.counted_end().events &&
         ledger_->first_stored_ms(stretch_begin_) < before(query_.since_unix_ms);
}

bool EmbeddedHistoryReader::fits(const event_log::Record& record, std::uint64_t offset) const {
  const std::int64_t unix_ms = ledger_->clock_steps.time_of(offset, record.unix_ms);
  if (unix_ms < query_.since_unix_ms || unix_ms >= query_.until_unix_ms) return false;
  if (query_.metric && record.metric() != *query_.metric) return false;
  const std::string_view labels = record.labels();
  const auto has = [labels](const std::string& text) { return exposition::has_label(labels, text); };
  const auto has_any = [labels](const std::string& name) {
    return exposition::find_label_value(labels, name).has_value();
  };
  return std::ranges::all_of(labels_, has) && std::ranges::none_of(without_, has_any) &&
         concerns(*ledger_, query_.scraper, offset);
}

// All that fit are found.
void EmbeddedHistoryReader::finish() {
  looking_ = false;
  page_.truncated = found_.size() > query_.limit;
  if (page_.truncated) found_.pop_front();
  const event_log::Offset from = ledger_->table.readable_from();
  if (from.events < ledger_->table.counted_end().events) page_.from_unix_ms = ledger_->first_stored_ms(from);
}

void EmbeddedHistoryReader::read_events() {
  const std::size_t questions = ledger_->table.all().size() + 1;
  const std::size_t most = std::clamp<std::size_t>(question_step / questions, 1, read_step);
  for (std::size_t count = 0; count < most && !found_.empty(); ++count) {
    const std::uint64_t offset = found_.front();
    found_.pop_front();
    if (offset < ledger_->log.head()) continue;
    page_.events.push_back(event_at(*ledger_, offset));
    HistoryEvent& event = page_.events.back();
    if (ledger_->senders.is_on()) event.sender = ledger_->senders.of(event.id);
  }
}

}  // namespace oneshot::queue
