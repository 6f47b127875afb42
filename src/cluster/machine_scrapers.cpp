// SPDX-License-Identifier: MIT
// How a machine hands events out: one batch at a time to each scraper, whichever replica sends it.
#include <algorithm>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

#include "cluster/machine.hpp"
#include "queue/local/scraper/newcomers.hpp"

namespace oneshot::cluster {
namespace {

// A second scrape that comes so long after the first earns a place.
constexpr std::chrono::seconds comes_again{1};

}  // namespace

std::optional<queue::BatchEnd> end_of_replaced(const TakeOutcome& outcome) {
  if (const auto* const taken = std::get_if<Taken>(&outcome)) return taken->replaced;
  if (const auto* const nothing = std::get_if<NothingWaits>(&outcome)) return nothing->replaced;
  return std::nullopt;
}

void Machine::apply(const Entry& /*entry*/, Applied& applied, const Begin& begin) {
  if (ledger_ == nullptr) {
    salt_ = begin.salt;
    agreement_ = begin.agreement;
    make_ledger({.salt = salt_});
    ledger_->add_named(time_.steady);
    return;
  }
  if (!replicas_.contains(applied.publisher)) return;  // it comes late, of a run that has ended
  Agreement next = begin.agreement;
  next.capacity_bytes = agreement_.capacity_bytes;
  next.idempotency_keys = agreement_.idempotency_keys;
  const bool is_full_otherwise = next.when_full != agreement_.when_full;
  agreement_ = std::move(next);
  ledger_->change(agreement_.options(), time_.steady);
  if (is_full_otherwise) begin_fair_share();
}

queue::Scraper* Machine::find(std::string_view scraper) {
  queue::Scraper* const found = ledger_ == nullptr ? nullptr : ledger_->table.find(scraper);
  return found == nullptr || found->displaced ? nullptr : found;
}

void Machine::apply(const Entry& entry, Applied& applied, const Take& take) {
  applied.outcome = this->take(entry, applied.publisher, take);
}

TakeOutcome Machine::take(const Entry& entry, Publisher publisher, const Take& take) {
  // A record that comes late, once its publisher has left, or was followed by the replica's next run: nobody would send
  // the batch.
  if (ledger_ == nullptr || !replicas_.contains(publisher)) return NoPlace{queue::NoBatch::stopping};
  const Result<queue::Scraper*, queue::NoBatch> found = find_or_add(take);
  if (!found) return NoPlace{found.error()};
  queue::Scraper& scraper = **found;
  ledger_->table.hold().somebody_came();
  scraper.has_come_again = scraper.has_come_again || time_.steady - scraper.first_seen >= comes_again;
  scraper.last_seen = time_.steady;
  scraper.last_scrape_unix_ms = time_.unix_ms;
  const std::string name(take.scraper);
  std::optional<queue::BatchEnd> replaced;
  if (const Out* const out = out_to(name)) {
    if (out->batch != take.replaces) return HeldBy{*out};
    replaced = end_without_holder(name, Out(*out));
  }
  queue::NextBatch next;
  const auto choice = next.find(*ledger_, scraper, std::numeric_limits<std::uint64_t>::max());
  const std::uint64_t number = queue::NextBatch::take(*ledger_, scraper, *choice);
  if (choice->empty()) return NothingWaits{number, replaced};
  scraper.taken_unix_ms = time_.unix_ms;
  Out& out = out_[name];
  out = {.batch = entry.sequence,
         .holder = publisher,
         .replica = std::string(take.replica),
         .deadline = take.deadline,
         .number = number,
         .events = scraper.in_flight()};
  return Taken{out, replaced};
}

Result<queue::Scraper*, queue::NoBatch> Machine::find_or_add(const Take& take) {
  using queue::Newcomers;
  if (queue::Scraper* const known = find(take.scraper)) return known;
  queue::ScraperTable& table = ledger_->table;
  const Newcomers::Place place = Newcomers::find_place(table.all(), take.origin, ledger_->options.max_unnamed);
  if (place.verdict == Newcomers::Verdict::all_taken) return Unexpected{queue::NoBatch::too_many_scrapers};
  if (place.verdict == Newcomers::Verdict::share_used) return Unexpected{queue::NoBatch::too_many_of_origin};
  if (place.verdict == Newcomers::Verdict::instead_of) table.displace(place.other);
  table.hold().end_if_due(time_.steady, ledger_->options.startup_hold);
  queue::Scraper* scraper = table.find(take.scraper);
  if (scraper == nullptr) {
    scraper = &ledger_->add(take.scraper, time_.steady, take.since_unix_ms);
    scraper->came_at = end_.bytes;
  }
  scraper->displaced = false;
  scraper->origin = take.origin;
  return scraper;
}

void Machine::apply(const Entry& /*entry*/, Applied& /*applied*/, const Acknowledge& acknowledge) {
  const auto out = out_.find(acknowledge.scraper);
  if (out != out_.end() && out->second.batch == acknowledge.batch) out->second.acknowledged = true;
}

void Machine::apply(const Entry& entry, Applied& applied, const Settle& settle) {
  SettleOutcome& outcome = applied.outcome.emplace<SettleOutcome>();
  const auto found = out_.find(settle.scraper);
  if (found != out_.end() && found->second.batch == settle.batch) {
    outcome.was_out = true;
    outcome.fate = this->settle(found->first, found->second, settle);
    out_.erase(found);
  }
  if (settle.then) outcome.then = take(entry, applied.publisher, *settle.then);
}

queue::Fate Machine::settle(const std::string& name, const Out& out, const Settle& how) {
  queue::Scraper& scraper = *ledger_->table.find(name);
  ++scraper.batches[static_cast<std::size_t>(how.end)];
  scraper.last_batch = {
      .unix_ms = time_.unix_ms, .events = out.events, .end = how.end, .reason = std::string(how.reason)};
  if (how.end == queue::BatchEnd::withdrawn) {
    scraper.put_back();
    return queue::Fate::to_be_sent_again;
  }
  return scraper.settle(how.outcome, {.explicit_timestamps = ledger_->explicit_timestamps,
                                      .allowed = ledger_->allowed(),
                                      .now = time_.steady,
                                      .now_unix_ms = time_.unix_ms});
}

// Its replica is gone, or does not answer: what the log knows of the batch decides.
queue::BatchEnd Machine::end_without_holder(const std::string& name, const Out& out) {
  Settle how{.scraper = name, .batch = out.batch};
  if (!out.acknowledged) {
    how.outcome = delivery::Outcome::timed_out;
    how.end = queue::BatchEnd::timed_out;
    how.reason = "its replica went away before the scraper had acknowledged all";
  }
  settle(name, out, how);
  out_.erase(name);
  return how.end;
}

void Machine::apply(const Entry& /*entry*/, Applied& applied, const Change& change) {
  using What = queue::Changed::What;
  queue::Changed done;
  queue::Scraper* const scraper = find(change.scraper);
  if (scraper == nullptr) {
    done.what = What::unknown;
  } else if (change.what == Change::What::forget && scraper->named) {
    done.what = What::named;
  } else if (const Out* const out = out_to(change.scraper)) {
    applied.outcome.emplace<ChangeOutcome>(HeldBy{*out});
    return;
  } else if (change.what == Change::What::replay) {
    done.events = scraper->go_back_to(ledger_->place_since(change.since_unix_ms));
    if (done.events > 0) done.from_unix_ms = ledger_->first_stored_ms(scraper->cursor());
  } else if (change.what == Change::What::skip) {
    done.events = scraper->skip_to(end_, time_.unix_ms);
  } else {
    done.events = ledger_->table.forget(change.scraper).lost;
  }
  applied.outcome.emplace<ChangeOutcome>(done);
}

// A new process of a replica: the connections of the one before are gone.
void Machine::apply(const Entry& /*entry*/, Applied& applied, const Join& join) {
  const auto is_of_later_run = [&](const auto& one) {
    return one.second.name == join.replica &&
           std::pair(one.second.read, one.second.unix_ms) > std::pair(join.read, join.unix_ms);
  };
  if (std::ranges::any_of(replicas_, is_of_later_run)) return;
  end_replicas_if([&](Publisher publisher, const Replica& replica) {
    return replica.name == join.replica && publisher != applied.publisher;
  });
  ++joins_and_ends_;
  replicas_[applied.publisher] = {.name = std::string(join.replica),
                                  .version = std::string(join.version),
                                  .read = join.read,
                                  .unix_ms = join.unix_ms};
}

void Machine::apply(const Entry& /*entry*/, Applied& applied, const Leave& /*leave*/) {
  end_replica(applied.publisher);
}

void Machine::end_replicas_if(const std::function<bool(Publisher, const Replica&)>& is_gone) {
  std::vector<Publisher> gone;
  for (const auto& [publisher, replica] : replicas_)
    if (is_gone(publisher, replica)) gone.push_back(publisher);
  for (const Publisher publisher : gone) end_replica(publisher);
}

void Machine::end_replica(Publisher publisher) {
  joins_and_ends_ += replicas_.erase(publisher);
  const std::map<std::string, Out, std::less<>> all = out_;
  for (const auto& [scraper, out] : all)
    if (out.holder == publisher) end_without_holder(scraper, out);
}

void Machine::apply(const Entry& /*entry*/, Applied& /*applied*/, const Tick& /*tick*/) {}

}  // namespace oneshot::cluster
