// SPDX-License-Identifier: MIT
// After a batch is confirmed: whether its number vanishes, and whether the store has all of its events.
#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "base/log.hpp"
#include "confirm/confirmer.hpp"

namespace oneshot::confirm {
namespace {

using std::chrono::seconds;

constexpr std::size_t count_bytes = std::size_t{1} << 20U;
constexpr std::size_t events_bytes = std::size_t{16} << 20U;  // some 100,000 events; the main thread reads them
constexpr unsigned failed_questions_limit = 3;
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

}  // namespace

void Confirmer::Missing::add_unless_in(StoredEvents& stored, std::string_view metric, const queue::BatchEvent& event) {
  ++of;
  if (stored.has(metric, event.labels)) return;
  if (events.empty()) first.append(metric).append("{").append(event.labels).append("}");
  events.push_back(event.ref);
  identities.push_back(event.series_hash + static_cast<std::uint64_t>(event.unix_ms) * 31);
  series.push_back(event.series_hash);
}

std::size_t Confirmer::Missing::without_first(std::size_t stored_series) const {
  std::unordered_set<std::uint64_t> first_ones;
  std::size_t left = 0;
  for (const std::uint64_t one : series) {
    if (first_ones.size() < stored_series) first_ones.insert(one);
    if (!first_ones.contains(one)) ++left;
  }
  return left;
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

/// What cannot be known is not asked for ever: not after an answer that says that there will be none, and not after a
/// few others while the API answers the question about the markers.
bool Confirmer::gives_up(const ApiError& error, unsigned& failed_questions) noexcept {
  return error.too_large || error.is_refused_query() || ++failed_questions >= failed_questions_limit;
}

/// Of the target that showed `marker`, for the events of a batch.
asio::awaitable<TargetLabels> Confirmer::target_of(const queue::Batch& events, Labels marker) {
  TargetLabels target(marker);
  queue::EventRef next = queue::first_event;
  const auto note = [&target](const queue::BatchEvent& event) { target.note(event.labels); };
  while (read_some(events, next, note)) co_await breathe();
  co_return target;
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

asio::awaitable<void> Confirmer::recheck(const Answer* answer) {
  if (answer != nullptr && answer->samples.complete) {
    std::vector<KeptBatch> vanished = kept_.compare(answer->shown, clock_.steady(), options_.recheck);
    for (KeptBatch& batch : vanished) {
      KeptBatch one = std::move(batch);
      co_await send_vanished(std::move(one));
    }
  } else {
    kept_.not_known();
  }
  for (KeptBatch* batch = kept_.to_count(clock_.steady()); batch != nullptr;) {
    co_await count_events(batch);
    batch = kept_.to_count(clock_.steady());
  }
  next_recheck_ = kept_.empty() ? SteadyTime::max() : clock_.steady() + recheck_every;
}

asio::awaitable<void> Confirmer::send_vanished(KeptBatch batch) {
  std::shared_ptr<queue::Batch> content = batch.kept->open();
  std::shared_ptr<StoredEvents> stored;
  if (content != nullptr) {
    TargetLabels target = co_await target_of(*content, batch.marker);
    content.reset();
    std::string matchers = target.matchers(options_.kind);
    stored = std::make_shared<StoredEvents>(std::move(target));
    if (!queue_.explicit_timestamps()) {
      std::string path = samples_between_query(options_.kind, selector_of_target(batch.metrics, matchers),
                                               batch.unix_ms, batch.unix_ms);
      const Result<Samples, ApiError> events = co_await ask_for_samples(std::move(path));
      if (!events && !gives_up(events.error(), batch.failed_questions)) {
        kept_.add(std::move(batch));  // is missing in the next answer too
        co_return;
      }
      if (events) stored->add(*events, {batch.unix_ms});
    }
    content = batch.kept->open();
  }
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
  TargetLabels target(batch->marker);
  queue::EventRef next = queue::first_event;
  const auto note = [&](const queue::BatchEvent& event) {
    sent.add(batch->metrics.of(event), event);
    target.note(event.labels);
  };
  while (read_some(*events, next, note)) co_await breathe();
  std::string path = count_at_query(batch->metrics, target.matchers(options_.kind), batch->unix_ms);
  const std::size_t series = sent.value();
  sent = {};
  events.reset();
  const Result<std::string, ApiError> text = co_await api->get(std::move(path), count_bytes);
  if (!text) {
    batch->counted = gives_up(text.error(), batch->failed_questions);
    if (batch->counted) note_uncounted(text.error());
    co_return;
  }
  const Result<Samples> answer = parse_query(*text);
  if (!answer || !answer->complete) co_return;
  batch->failed_questions = 0;
  const double there = counted(*answer);
  batch->counted = there >= static_cast<double>(series);
  if (batch->counted || ++batch->short_counts < short_counts_limit) co_return;
  const std::size_t too_few = series - static_cast<std::size_t>(std::max(there, 0.0));
  batch->counted = co_await find_missing(batch, too_few);
}

asio::awaitable<bool> Confirmer::find_missing(KeptBatch* batch, std::size_t series) {
  std::shared_ptr<queue::Batch> content = batch->kept->open();
  if (content == nullptr) co_return true;
  TargetLabels target = co_await target_of(*content, batch->marker);
  content.reset();
  std::string path =
      samples_between_query(options_.kind, selector_of_target(batch->metrics, target.matchers(options_.kind)),
                            batch->unix_ms, batch->unix_ms);
  const Result<Samples, ApiError> events = co_await ask_for_samples(std::move(path));
  if (!events) {
    const bool over = gives_up(events.error(), batch->failed_questions);
    if (over) count_refused(series, "the API does not say which: " + events.error().text, {});
    co_return over;
  }
  if (!events->complete) co_return false;
  // A store that was killed meanwhile has forgotten the number with the events: then the whole batch goes out again.
  const std::optional<Answer> markers = co_await ask_markers();
  batch->is_shown = markers && markers->shown.has(batch->kept->number());
  if (!batch->is_shown) co_return false;
  content = batch->kept->open();
  if (content == nullptr) co_return true;
  const auto stored = std::make_shared<StoredEvents>(std::move(target));
  stored->add(*events, {batch->unix_ms});
  MetricNames metrics = batch->metrics;
  Missing missing = co_await compare(std::move(content), stored, std::move(metrics));
  batch->left_out = missing.events;
  const std::size_t changed = stored->not_asked_for();
  if (missing.events.empty()) co_return true;
  if (changed > 0) {
    count_refused(missing.without_first(changed),
                  "a relabelling at the scraper changes their labels, so that several are stored as one",
                  missing.first);
  } else {
    send_missing(*batch, missing);
  }
  co_return true;
}

void Confirmer::send_missing(KeptBatch& batch, const Missing& missing) {
  std::vector<queue::EventRef> again;
  if (sent_again_.size() > sent_again_limit) sent_again_.clear();
  std::unordered_map<std::uint64_t, std::size_t> before;  // of each, what went out again with earlier batches
  for (const std::uint64_t identity : missing.identities) {
    const auto sent = sent_again_.find(identity);
    if (sent != sent_again_.end()) before.try_emplace(identity, sent->second);
  }
  std::size_t refused = 0;
  for (std::size_t i = 0; i < missing.events.size(); ++i) {
    const auto returned = before.find(missing.identities[i]);
    if (returned != before.end() && returned->second > 0) {
      --returned->second;
      --sent_again_[missing.identities[i]];
      ++refused;
    } else {
      ++sent_again_[missing.identities[i]];
      again.push_back(missing.events[i]);
    }
  }
  if (refused > 0) count_refused(refused, "the scraper does not store them, sent twice", missing.first);
  if (again.empty() || !batch.kept->send_again(again)) return;
  log::info(
      "a stored batch lacks events: they go out once more",
      {{"scraper", scraper_}, {"batch", batch.kept->number()}, {"events", again.size()}, {"first", missing.first}});
}

void Confirmer::note_uncounted(const ApiError& error) {
  const SteadyTime now = clock_.steady();
  if (now < next_uncounted_line_) return;
  next_uncounted_line_ = now + refused_line_every;
  log::warn("the scraper's API does not count the events of a batch that it shows: whether all are stored is not known",
            {{"scraper", scraper_}, {"reason", error.text}});
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
