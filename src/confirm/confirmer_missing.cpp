// SPDX-License-Identifier: MIT
// Before a batch goes out again: which of its events the store has nevertheless. Where the scraper's clock was set
// back, it refuses the marker and all series that it knows, and stores new ones. And after a batch is confirmed:
// whether its number vanishes, and whether the store has all of its events.
#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "confirm/confirmer.hpp"

namespace oneshot::confirm {
namespace {

using std::chrono::seconds;

constexpr std::size_t count_bytes = std::size_t{1} << 20U;
constexpr std::size_t events_bytes = std::size_t{64} << 20U;
constexpr seconds margin{30};
constexpr seconds recheck_every{5};
constexpr std::size_t events_at_once = 4096;  // some milliseconds of work
constexpr std::size_t sent_again_limit = 100'000;
constexpr unsigned short_counts_limit = 2;
constexpr seconds refused_line_every{60};

/// Shows the next few thousand events of a batch to `take`; false at its end.
template <class Take>
bool read_some(const queue::Batch& batch, queue::EventRef& next, Take take) {
  std::array<queue::BatchEvent, 64> block;
  for (std::size_t done = 0; done < events_at_once; done += block.size()) {
    const std::size_t read = batch.read(next, block);
    for (std::size_t i = 0; i < read; ++i) take(block[i]);
    if (read < block.size()) return false;
  }
  return true;
}

/// The moments of `events` at which no marker of ours was stored.
std::set<std::int64_t> without_marker(const Samples& events, const std::set<std::int64_t>& markers,
                                      const std::set<std::int64_t>& known) {
  std::set<std::int64_t> times;
  for (const Series& series : events.series)
    for (const Sample& sample : series.samples)
      if (!markers.contains(sample.unix_ms) && !known.contains(sample.unix_ms)) times.insert(sample.unix_ms);
  return times;
}

}  // namespace

void Confirmer::Missing::add_unless_in(StoredEvents& stored, std::string_view metric, const queue::BatchEvent& event) {
  ++of;
  if (stored.has(metric, event.labels)) return;
  if (events.empty()) first.append(metric).append("{").append(event.labels).append("}");
  events.push_back(event.ref);
  identities.push_back(event.series_hash + static_cast<std::uint64_t>(event.unix_ms) * 31);
}

asio::awaitable<Result<Samples, ApiError>> Confirmer::ask_for_samples(std::string path) {
  const std::shared_ptr<Api> api = api_;
  const Kind kind = options_.kind;
  const Result<std::string, ApiError> text = co_await api->get(std::move(path), events_bytes);
  if (!text) co_return Unexpected{text.error()};
  Result<Samples> samples = parse_samples(kind, *text);
  if (!samples) co_return Unexpected{ApiError{samples.error()}};
  co_return std::move(*samples);
}

/// Lets others have their turn on this thread.
asio::awaitable<void> Confirmer::breathe() {
  const std::shared_ptr<Api> api = api_;
  delivery::OneShotEvent never;
  const SteadyTime now = clock_.steady();
  co_await api->wait_until(never, now);
}

asio::awaitable<Confirmer::Missing> Confirmer::compare(std::shared_ptr<queue::Batch> events,
                                                       std::shared_ptr<StoredEvents> stored, MetricNames metrics) {
  Missing missing;
  queue::EventRef next = queue::first_event;
  const auto look = [&](const queue::BatchEvent& event) { missing.add_unless_in(*stored, metrics.of(event), event); };
  while (read_some(*events, next, look)) co_await breathe();
  co_return missing;
}

/// Leaves what is refuted as it is where the API does not answer: then once more, a second later.
asio::awaitable<void> Confirmer::refute() {
  const SteadyTime sent_at = refuted_->sent_at;
  Samples events;
  if (!queue_.explicit_timestamps()) {  // with times of their own, events that come twice are stored once
    const seconds back = was_resumed_ ? seconds(24 * 3600) : std::chrono::ceil<seconds>(clock_.steady() - sent_at);
    std::string path =
        samples_query(options_.kind, selector_of_target(refuted_->metrics, refuted_->marker), window(back + margin));
    Result<Samples, ApiError> answer = co_await ask_for_samples(std::move(path));
    if (answer) {
      events = std::move(*answer);
    } else if (!answer.error().too_large) {
      note_silence(answer.error().text);
      if (options_.unreachable == Unreachable::wait) co_return;
    }
  }
  // After the events: what was scraped meanwhile must not look as if it had no marker.
  const std::optional<Answer> markers = co_await ask_markers();
  if (!markers && options_.unreachable == Unreachable::wait) co_return;
  const Answer* const shown = markers ? &*markers : nullptr;
  co_await settle_refuted(std::move(events), shown);
  refuted_.reset();
  was_resumed_ = false;
  const std::lock_guard lock(mutex_);
  settling_ = false;
}

asio::awaitable<void> Confirmer::settle_refuted(Samples events, const Answer* markers) {
  std::shared_ptr<queue::Delivery> batch = std::move(refuted_->batch);
  const Refuted refuted = std::move(*refuted_);
  if (markers != nullptr && markers->shown.has(batch->number())) {
    confirm(batch, *markers, clock_.steady());
    co_return;
  }
  std::set<std::int64_t> alone;
  if (markers != nullptr) alone = without_marker(events, markers->shown.times, accounted_);
  if (alone.empty()) {
    report_refuted(refuted, batch->count());
    batch->settle(refuted.outcome);
    co_return;
  }
  accounted_.insert(alone.begin(), alone.end());
  const auto stored = std::make_shared<StoredEvents>(refuted.marker);
  stored->add(events, alone);
  const std::shared_ptr<queue::Kept> kept = batch->settle_and_keep();
  std::shared_ptr<queue::Batch> content = kept->open();
  if (content == nullptr) co_return;  // the log has needed the room meanwhile, and says so
  MetricNames metrics = refuted.metrics;
  const Missing missing = co_await compare(std::move(content), stored, std::move(metrics));
  report_refuted(refuted, missing.events.size());
  if (missing.events.size() == missing.of) {
    kept->send_again();
  } else if (!missing.events.empty()) {
    log::info("a part of the batch is stored nevertheless, and only the rest goes out again",
              {{"scraper", scraper_}, {"stored", missing.of - missing.events.size()}, {"rest", missing.events.size()}});
    kept->send_again(missing.events);
  }
}

void Confirmer::report_refuted(const Refuted& refuted, std::size_t events) {
  const bool limit = refuted.outcome == delivery::Outcome::refused;
  {
    const std::lock_guard lock(mutex_);
    ++(limit ? statistics_.refuted_refused : statistics_.refuted_absent);
  }
  log::warn(limit ? "the scraper refused a batch for a limit of its own: its events go out again in smaller ones"
                  : "the scraper has not stored a batch: its events go out again",
            {{"scraper", scraper_},
             {"events", events},
             {"reason", refuted.reason.empty() ? std::string_view("a later number shows, and not this one")
                                               : std::string_view(refuted.reason)}});
}

asio::awaitable<void> Confirmer::recheck(const Answer* answer) {
  if (answer != nullptr && answer->samples.complete) {
    std::vector<KeptBatch> vanished = kept_.compare(answer->shown, clock_.steady(), options_.recheck);
    for (KeptBatch& batch : vanished) {
      KeptBatch one = std::move(batch);
      co_await send_vanished(std::move(one));
    }
  }
  for (KeptBatch* batch = kept_.to_count(clock_.steady()); batch != nullptr;) {
    co_await count_events(batch);
    batch = kept_.to_count(clock_.steady());
  }
  next_recheck_ = kept_.empty() ? SteadyTime::max() : clock_.steady() + recheck_every;
}

asio::awaitable<void> Confirmer::send_vanished(KeptBatch batch) {
  const auto stored = std::make_shared<StoredEvents>(batch.marker);
  if (!queue_.explicit_timestamps()) {
    std::string path = samples_at_query(options_.kind, selector_of_target(batch.metrics, batch.marker), batch.unix_ms);
    const Result<Samples, ApiError> events = co_await ask_for_samples(std::move(path));
    if (!events && !events.error().too_large) {
      kept_.add(std::move(batch));  // is missing in the next answer too
      co_return;
    }
    if (events) stored->add(*events, {batch.unix_ms});
  }
  std::shared_ptr<queue::Batch> content = batch.kept->open();
  bool sent = false;
  if (content != nullptr) {
    MetricNames metrics = batch.metrics;
    Missing missing = co_await compare(std::move(content), stored, std::move(metrics));
    std::erase_if(missing.events, [&](queue::EventRef event) {
      return std::ranges::find(batch.left_out, event) != batch.left_out.end();
    });
    if (missing.events.empty()) co_return;
    const bool whole = missing.events.size() == missing.of;
    sent = whole ? batch.kept->send_again() : batch.kept->send_again(missing.events);
  }
  {
    const std::lock_guard lock(mutex_);
    ++statistics_.refuted_vanished;
  }
  log::warn(sent ? "the store has lost a batch that it had shown: its events go out again"
                 : "the store has lost a batch that it had shown, and the event log has needed its room: it is lost",
            {{"scraper", scraper_}, {"batch", batch.kept->number()}, {"events", batch.kept->count()}});
}

asio::awaitable<void> Confirmer::count_events(KeptBatch* batch) {
  const std::shared_ptr<Api> api = api_;
  batch->count_at = clock_.steady() + patience_of(options_);
  std::shared_ptr<queue::Batch> events = batch->kept->open();
  if (events == nullptr) {
    batch->counted = true;
    co_return;
  }
  SeriesCount sent;
  queue::EventRef next = queue::first_event;
  const auto note = [&](const queue::BatchEvent& event) { sent.add(batch->metrics.of(event), event); };
  while (read_some(*events, next, note)) co_await breathe();
  std::string path = count_at_query(batch->metrics, batch->marker, batch->unix_ms);
  const std::size_t series = sent.value();
  events.reset();
  const Result<std::string, ApiError> text = co_await api->get(std::move(path), count_bytes);
  if (!text) co_return;  // later
  const Result<Samples> answer = parse_query(*text);
  if (!answer || !answer->complete) co_return;
  batch->counted = counted(*answer) >= static_cast<double>(series);
  if (batch->counted || ++batch->short_counts < short_counts_limit) co_return;
  batch->counted = true;
  co_await find_missing(batch);
}

asio::awaitable<void> Confirmer::find_missing(KeptBatch* batch) {
  std::string path = samples_at_query(options_.kind, selector_of_target(batch->metrics, batch->marker), batch->unix_ms);
  const Result<Samples, ApiError> answer = co_await ask_for_samples(std::move(path));
  std::shared_ptr<queue::Batch> content = batch->kept->open();
  if (!answer || !answer->complete || content == nullptr) co_return;
  const auto stored = std::make_shared<StoredEvents>(batch->marker);
  stored->add(*answer, {batch->unix_ms});
  MetricNames metrics = batch->metrics;
  const Missing missing = co_await compare(std::move(content), stored, std::move(metrics));
  batch->left_out = missing.events;
  if (missing.events.empty()) co_return;
  if (stored->not_asked_for() > 0) {
    count_refused(missing.of - std::min(missing.of, stored->size()),
                  "a relabelling at the scraper changes their labels, so that several are stored as one",
                  missing.first);
    co_return;
  }
  std::vector<queue::EventRef> again;
  if (sent_again_.size() > sent_again_limit) sent_again_.clear();
  for (std::size_t i = 0; i < missing.events.size(); ++i)
    if (sent_again_.insert(missing.identities[i]).second) again.push_back(missing.events[i]);
  const std::size_t refused = missing.events.size() - again.size();
  if (refused > 0) count_refused(refused, "the scraper does not store them, sent twice", missing.first);
  if (again.empty() || !batch->kept->send_again(again)) co_return;
  log::info(
      "a stored batch lacks events: they go out once more",
      {{"scraper", scraper_}, {"batch", batch->kept->number()}, {"events", again.size()}, {"first", missing.first}});
}

void Confirmer::count_refused(std::size_t events, std::string_view why, const std::string& first) {
  {
    const std::lock_guard lock(mutex_);
    statistics_.events_refused += events;
  }
  const SteadyTime now = clock_.steady();
  if (now < next_refused_line_) return;  // such a scraper does it to every batch
  next_refused_line_ = now + refused_line_every;
  log::warn("the scraper stores a scrape without some of its events: they are lost for it",
            {{"scraper", scraper_}, {"events", events}, {"reason", why}, {"first", first}});
}

}  // namespace oneshot::confirm
