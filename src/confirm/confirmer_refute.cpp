// SPDX-License-Identifier: MIT
// Before a batch goes out again: which of its events the store has nevertheless. Where the scraper's clock was set
// back, it refuses the marker and all series that it knows, and stores new ones.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "confirm/confirmer.hpp"
#include "confirm/times.hpp"

namespace oneshot::confirm {
namespace {

using std::chrono::seconds;

// After so long, what is asked for is bounded by the markers around the batch, not by its age.
constexpr seconds soon{3600};
// So far behind the newest sample Prometheus stores new series, and no further ("out of bounds": half a head chunk).
constexpr std::int64_t bounds_ms = 3'600'000;

/// The moments of `events` at which no marker of ours was stored.
std::set<std::int64_t> without_marker(const Samples& events, const TargetLabels& target,
                                      const std::set<std::int64_t>& markers, const std::set<std::int64_t>& known) {
  std::set<std::int64_t> times;
  for (const Series& series : events.series) {
    if (!target.admits(series.labels)) continue;
    for (const Sample& sample : series.samples)
      if (!markers.contains(sample.unix_ms) && !known.contains(sample.unix_ms)) times.insert(sample.unix_ms);
  }
  return times;
}

}  // namespace

/// Leaves what is refuted as it is where the API does not answer: then once more, a second later.
asio::awaitable<void> Confirmer::refute(const Answer* answer) {
  const bool waits = options_.unreachable == Unreachable::wait;
  if (answer == nullptr && waits) co_return;
  Labels marker = refuted_->marker;
  TargetLabels target = co_await target_of(refuted_->batch->batch(), std::move(marker));
  TargetLabels asked = target;
  std::optional<Samples> events = co_await ask_for_a_part(answer, std::move(asked));
  if (!events) co_return;
  // After the events: what was scraped meanwhile must not look as if it had no marker.
  const std::optional<Answer> markers = co_await ask_markers();
  if (!markers && waits) co_return;
  const Answer* const shown = markers ? &*markers : nullptr;
  co_await settle_refuted(std::move(*events), std::move(target), shown);
  refuted_.reset();
  was_resumed_ = false;
  const std::lock_guard lock(mutex_);
  settling_ = false;
}

/// Samples of its events; none where they need not, or cannot, be known; nothing: ask again.
asio::awaitable<std::optional<Samples>> Confirmer::ask_for_a_part(const Answer* answer, TargetLabels target) {
  // With times of their own, events that come twice are stored once.
  if (answer == nullptr || queue_.explicit_timestamps()) co_return Samples{};
  const std::string selector = selector_of_target(refuted_->metrics, target.matchers(options_.kind));
  std::string path = part_query(*answer, selector);
  Result<Samples, ApiError> samples = co_await ask_for_samples(std::move(path));
  if (samples) co_return std::move(*samples);
  const bool over = gives_up(samples.error(), refuted_->failed_questions);
  if (!over && options_.unreachable == Unreachable::wait) co_return std::nullopt;
  note_whole(samples.error());
  co_return Samples{};
}

void Confirmer::note_whole(const ApiError& error) {
  log::warn(
      "the scraper's API does not say whether it has a part of a batch that it does not show: all of it goes out "
      "again",
      {{"scraper", scraper_}, {"events", refuted_->batch->count()}, {"reason", error.text}});
}

/// Where the batch was sent long ago, or by a program before this one, its events were stored before the next marker,
/// and not much before the one before: also a clock that is set back allows no more than `bounds_ms`.
std::string Confirmer::part_query(const Answer& answer, const std::string& selector) const {
  const seconds age = std::chrono::ceil<seconds>(clock_.steady() - refuted_->sent_at);
  const auto later = answer.shown.numbers.upper_bound(refuted_->batch->number());
  if ((was_resumed_ || age > soon) && later != answer.shown.numbers.end()) {
    const auto next = answer.shown.times.lower_bound(later->second);
    if (next != answer.shown.times.begin())
      return samples_between_query(options_.kind, selector, *std::prev(next) - bounds_ms, later->second);
  }
  return samples_query(options_.kind, selector, window((was_resumed_ ? longest_absence : age) + margin));
}

/// Without the times of scrapes by others, under another name or of another server, whose events look like ours.
asio::awaitable<std::set<std::int64_t>> Confirmer::without_markers_of_others(std::set<std::int64_t> times) {
  if (times.empty()) co_return times;
  std::string path = samples_between_query(options_.kind, marker_metric, *times.begin(), *times.rbegin());
  const Result<Samples, ApiError> markers = co_await ask_for_samples(std::move(path));
  if (!markers) {
    note_whole(markers.error());
    co_return std::set<std::int64_t>{};
  }
  for (const Series& series : markers->series)
    for (const Sample& sample : series.samples) times.erase(sample.unix_ms);
  co_return times;
}

asio::awaitable<void> Confirmer::settle_refuted(Samples events, TargetLabels target, const Answer* markers) {
  if (markers != nullptr && markers->shown.has(refuted_->batch->number())) {
    const std::shared_ptr<queue::Delivery> shown = std::move(refuted_->batch);
    confirm(shown, *markers, refuted_->sent_at);
    co_return;
  }
  std::set<std::int64_t> alone;
  if (markers != nullptr) {
    std::set<std::int64_t> times = without_marker(events, target, markers->shown.times, accounted_);
    alone = co_await without_markers_of_others(std::move(times));
  }
  std::shared_ptr<queue::Delivery> batch = std::move(refuted_->batch);
  const Refuted refuted = std::move(*refuted_);
  if (alone.empty()) {
    report_refuted(refuted, batch->count());
    batch->settle(refuted.outcome);
    co_return;
  }
  accounted_.insert(alone.begin(), alone.end());
  const auto stored = std::make_shared<StoredEvents>(std::move(target));
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

}  // namespace oneshot::confirm
