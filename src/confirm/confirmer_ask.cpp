// SPDX-License-Identifier: MIT
// One question about the markers, with what it takes to judge the answer.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "confirm/confirmer.hpp"
#include "confirm/reason.hpp"
#include "confirm/times.hpp"

namespace oneshot::confirm {
namespace {

using std::chrono::seconds;

constexpr std::size_t answer_bytes = std::size_t{8} << 20U;
constexpr std::int64_t longest_absence_ms = std::chrono::milliseconds(longest_absence).count();
constexpr int most_pieces = 64;
constexpr seconds end_length{3600};  // of what is asked for at both ends of a long time

std::vector<Window> in_pieces(Window whole, int pieces) {
  std::vector<Window> windows(static_cast<std::size_t>(pieces), whole);
  const seconds length = whole.back / pieces;
  for (int i = 0; i < pieces; ++i) {
    Window& piece = windows[static_cast<std::size_t>(i)];
    piece.back = whole.back - length * i;
    piece.until = i + 1 == pieces ? seconds(0) : whole.back - length * (i + 1);
  }
  return windows;
}

/// Those of the same labels become one series: what one of several windows shows says whose the series is.
void merge(Samples& all, Samples more) {
  all.complete = all.complete && more.complete;
  for (Series& series : more.series) {
    const auto same = std::ranges::find(all.series, series.labels, &Series::labels);
    if (same == all.series.end()) {
      all.series.push_back(std::move(series));
    } else {
      same->samples.insert(same->samples.end(), series.samples.begin(), series.samples.end());
    }
  }
}

}  // namespace

/// What the answer must show: the time from the first batch that is open on, and what is there by now. A batch may be
/// out for days: then not all that lies between, which at a scrape a second would be more than an answer may hold.
std::vector<Window> Confirmer::marker_windows(SteadyTime now) const {
  if (was_resumed_) return in_pieces(window(longest_absence + 2 * margin), pieces_);
  SteadyTime first = kept_.oldest(now);
  SteadyTime last = kept_.newest(SteadyTime::min());
  const auto note = [&](SteadyTime sent) {
    first = std::min(first, sent);
    last = std::max(last, sent);
  };
  {
    const std::lock_guard lock(mutex_);
    if (judge_.batch() != Judge::Batch::none) note(judge_.handed_over_at());
    if (refuted_) note(refuted_->sent_at);
    if (const auto unseen = judge_.unseen_since()) note(*unseen);
  }
  const seconds back = std::chrono::ceil<seconds>(now - first) + 2 * margin;
  if (last == SteadyTime::min()) last = now;
  const seconds until = std::chrono::floor<seconds>(now - last) - end_length;
  if (until <= end_length) return {window(back)};
  Window old = window(back);
  old.until = until;
  return {old, window(end_length)};
}

Window Confirmer::window(seconds back) const { return {back, clock_.unix_ms(), look_ahead_}; }

asio::awaitable<void> Confirmer::ask() {
  const SteadyTime asked_at = clock_.steady();
  std::vector<delivery::OneShotEvent::Notifier> asked_for;
  {
    const std::lock_guard lock(mutex_);
    urgent_ = false;  // who comes from now on wants a newer answer
    asked_for.swap(waiting_);
  }
  const std::optional<Answer> answer = co_await ask_markers();
  const Answer* const shown = answer ? &*answer : nullptr;
  if (shown != nullptr) {
    const Judge::Facts facts = co_await gather(shown, asked_at);
    judge(facts, *shown, asked_at);
  }
  if (refuted_) co_await refute(shown);
  after_question(clock_.steady());
  notify(asked_for);
  co_await recheck(shown);
  hold_open_numbers();
}

asio::awaitable<Result<Samples, ApiError>> Confirmer::ask_for_markers_in(std::vector<Window> windows) {
  const std::shared_ptr<Api> api = api_;
  const Kind kind = options_.kind;
  Samples all;
  for (const Window& window : windows) {
    std::string path = samples_query(kind, marker_selector(scraper_), window);
    const Result<std::string, ApiError> text = co_await api->get(std::move(path), answer_bytes);
    if (!text) co_return Unexpected{text.error()};
    Result<Samples> samples = parse_samples(kind, *text);
    if (!samples) co_return Unexpected{ApiError{samples.error()}};
    merge(all, std::move(*samples));
  }
  co_return std::move(all);
}

asio::awaitable<std::optional<Confirmer::Answer>> Confirmer::ask_markers() {
  std::vector<Window> windows = marker_windows(clock_.steady());
  Result<Samples, ApiError> samples = co_await ask_for_markers_in(std::move(windows));
  if (!samples && look_ahead_ && samples.error().is_refused_query()) {
    look_ahead_ = false;
    std::vector<Window> plain = marker_windows(clock_.steady());
    samples = co_await ask_for_markers_in(std::move(plain));
  }
  while (!samples && samples.error().too_large && was_resumed_ && pieces_ < most_pieces) {
    pieces_ *= 2;
    std::vector<Window> smaller = marker_windows(clock_.steady());
    samples = co_await ask_for_markers_in(std::move(smaller));
  }
  if (!samples) {
    note_silence(samples.error().text);
    co_return std::nullopt;
  }
  note_answer();
  Answer answer{std::move(*samples), {}};
  {
    const std::lock_guard lock(mutex_);
    answer.shown = numbers_.find(answer.samples);
  }
  if (!answer.shown.labels.empty()) {
    marker_ = answer.shown.labels;
    last_marker_ms_ = std::max(last_marker_ms_, *answer.shown.times.rbegin());
  }
  co_return answer;
}

asio::awaitable<Judge::Facts> Confirmer::gather(const Answer* answer, SteadyTime asked_at) {
  Judge::Facts facts;
  bool doubts = false;
  bool reason_wanted = false;
  SteadyTime since = asked_at;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = judge_.number();
    facts.number = number;
    facts.newest = answer->shown.newest();
    facts.here = answer->shown.has(number);
    facts.later = facts.newest > number;
    facts.complete = answer->samples.complete;
    const bool neither = !facts.here && !facts.later;
    doubts = neither && judge_.doubts(asked_at);
    const bool is_out = judge_.batch() == Judge::Batch::asking || judge_.batch() == Judge::Batch::told;
    reason_wanted = neither && is_out && judge_.is_last() && !(reason_ && reason_for_ == number);
    since = judge_.unseen_since().value_or(judge_.handed_over_at());
  }
  // The reason first: the scrape that waits for this answer is the one that makes the scraper forget it.
  if (reason_wanted) co_await ask_for_the_reason();
  if (!doubts) co_return facts;
  facts.scrapes_stored = co_await ask_whether_scrapes_are_stored(since);
  if (facts.scrapes_stored) facts.store_is_younger = co_await ask_whether_store_is_younger();
  co_return facts;
}

/// Two healthy scrapes of our target later than its last marker; where our target is not known, of any, since then.
asio::awaitable<bool> Confirmer::ask_whether_scrapes_are_stored(SteadyTime since) {
  const std::shared_ptr<Api> api = api_;
  const seconds back = std::min(std::chrono::ceil<seconds>(clock_.steady() - since), end_length);
  if (marker_.empty()) {
    std::string path = healthy_targets_query(std::max(back, seconds(1)));
    const Result<std::string, ApiError> text = co_await api->get(std::move(path), answer_bytes);
    if (!text) co_return false;
    const Result<Samples> answer = parse_query(*text);
    co_return answer.has_value() && counted(*answer) >= 1;
  }
  std::string path = samples_query(
      options_.kind, selector_of_target("up", TargetLabels(marker_).matchers(options_.kind)), window(back + margin));
  const Result<Samples, ApiError> answer = co_await ask_for_samples(std::move(path));
  if (!answer) co_return false;
  unsigned healthy = 0;
  for (const Series& series : answer->series)
    for (const Sample& sample : series.samples)
      if (sample.value == 1 && sample.unix_ms > last_marker_ms_) ++healthy;
  co_return healthy >= 2;
}

/// A store that is killed again and again shows no marker either.
asio::awaitable<bool> Confirmer::ask_whether_store_is_younger() {
  const std::shared_ptr<Api> api = api_;
  std::string path = own_metrics_query();
  const Result<std::string, ApiError> text = co_await api->get(std::move(path), answer_bytes);
  if (!text) co_return false;  // a proxy in between hides it: then nobody knows
  const std::optional<double> start = process_start_seconds(*text);
  if (!start) co_return false;
  const double age = static_cast<double>(clock_.unix_ms()) / 1000 - *start;
  co_return age >= 0 && age < static_cast<double>(Judge::calibration.count());
}

asio::awaitable<void> Confirmer::ask_for_the_reason() {
  if (marker_.empty()) co_return;
  const std::shared_ptr<Api> api = api_;
  std::string path = targets_query();
  const Result<std::string, ApiError> text = co_await api->get(std::move(path), answer_bytes);
  if (!text) co_return;
  const Result<std::vector<Target>> targets = parse_targets(*text);
  if (!targets) co_return;
  const std::string error = last_error_of(*targets, marker_);
  if (error.empty()) co_return;
  const std::lock_guard lock(mutex_);
  reason_for_ = judge_.number();
  reason_ = outcome_of_error(error).value_or(delivery::Outcome::truncated);
  reason_text_ = error;
}

void Confirmer::judge(const Judge::Facts& facts, const Answer& answer, SteadyTime asked_at) {
  std::shared_ptr<queue::Delivery> batch;
  Judge::Verdict verdict{};
  Judge::Trust before{};
  Judge::Trust after{};
  std::optional<delivery::Outcome> tcp;
  SteadyTime sent_at;
  {
    const std::lock_guard lock(mutex_);
    before = judge_.trust();
    verdict = judge_.answered(facts, asked_at);
    after = judge_.trust();
    tcp = judge_.tcp();
    sent_at = judge_.handed_over_at();
    if (verdict != Judge::Verdict::open) batch = std::move(out_);
    settling_ = settling_ || batch != nullptr;
    statistics_.active = after == Judge::Trust::shown;
  }
  note_trust(before, after, answer.shown);
  if (batch == nullptr) return;
  switch (verdict) {
    case Judge::Verdict::delivered:
      confirm(batch, answer, sent_at);
      break;
    case Judge::Verdict::never: {
      const bool known = reason_ && reason_for_ == batch->number();
      const bool late = tcp == delivery::Outcome::timed_out;
      const delivery::Outcome otherwise = late ? delivery::Outcome::timed_out : delivery::Outcome::truncated;
      refuted_ = Refuted{std::move(batch),
                         out_metrics_,
                         marker_,
                         sent_at,
                         known ? *reason_ : otherwise,
                         known ? reason_text_ : std::string()};
      return;  // settled by refute()
    }
    case Judge::Verdict::by_tcp:
      batch->settle(*tcp);
      break;
    case Judge::Verdict::open:
      break;
  }
  was_resumed_ = false;
  const std::lock_guard lock(mutex_);
  settling_ = false;
}

void Confirmer::confirm(const std::shared_ptr<queue::Delivery>& batch, const Answer& answer, SteadyTime sent_at) {
  const std::uint64_t number = batch->number();
  const SteadyTime now = clock_.steady();
  KeptBatch kept;
  kept.kept = batch->settle_and_keep();
  kept.metrics = out_metrics_;
  kept.marker = answer.shown.labels;
  kept.unix_ms = answer.shown.numbers.at(number);
  // A program before this one sent it, so the time of its sample says when.
  const std::int64_t ago = std::clamp<std::int64_t>(clock_.unix_ms() - kept.unix_ms, 0, longest_absence_ms);
  kept.sent_at = was_resumed_ ? std::min(sent_at, now - std::chrono::milliseconds(ago)) : sent_at;
  kept.shown_at = now;
  // The events may show a moment after the marker, where they go through several shards.
  kept.count_at = now + patience_of(options_);
  kept.counted = queue_.explicit_timestamps();  // they are stored at times of their own
  if (log::enabled(log::Level::debug))
    log::debug("batch confirmed", {{"scraper", scraper_}, {"batch", number}, {"events", batch->count()}});
  if (kept.kept != nullptr) kept_.add(std::move(kept));
  const std::lock_guard lock(mutex_);
  ++statistics_.confirmed;
}

void Confirmer::note_trust(Judge::Trust before, Judge::Trust now, const Shown& shown) {
  using Trust = Judge::Trust;
  if (before == now) return;
  queue_.set_calibrated(scraper_, now == Trust::shown);
  if (now == Trust::shown) {
    log::info(before == Trust::unseen ? "the scraper's API shows our batches: from now on it confirms them"
                                      : "the scraper's API shows our batches again: from now on it confirms them",
              {{"scraper", scraper_}, {"batch", shown.newest()}});
  } else if (before == Trust::unseen) {
    log::warn(
        "the scraper's API shows no oneshot_batch of ours: TCP decides what was delivered, as without [confirm]; "
        "is its url that of the scraper with this name, and does a relabelling drop the metric?",
        {{"scraper", scraper_}, {"url", options_.url}});
  } else {
    log::warn(
        "oneshot_batch does not reach the scraper's store any more, while its other samples do: TCP decides what "
        "was delivered; does a relabelling drop the metric?",
        {{"scraper", scraper_}, {"url", options_.url}});
  }
}

void Confirmer::note_silence(const std::string& reason) {
  std::shared_ptr<queue::Delivery> batch;
  std::optional<delivery::Outcome> tcp;
  {
    const std::lock_guard lock(mutex_);
    if (judge_.silent() == Judge::Verdict::by_tcp) batch = std::move(out_);
    tcp = judge_.tcp();
    note_up_locked(false, reason);
  }
  if (!std::exchange(silence_said_, true)) {
    log::warn(options_.unreachable == Unreachable::wait
                  ? "the scraper's API does not answer: a batch that it has not shown waits, and so do newer events"
                  : "the scraper's API does not answer: meanwhile TCP decides what was delivered",
              {{"scraper", scraper_}, {"url", options_.url}, {"reason", reason}});
  }
  if (batch != nullptr) batch->settle(*tcp);
}

void Confirmer::note_up_locked(bool up, const std::string& reason) {
  if (up_since_unix_ms_ == 0 || statistics_.up != up) up_since_unix_ms_ = clock_.unix_ms();
  statistics_.up = up;
  silence_reason_ = reason;
}

void Confirmer::note_answer() {
  {
    const std::lock_guard lock(mutex_);
    note_up_locked(true, {});
  }
  if (std::exchange(silence_said_, false))
    log::info("the scraper's API answers again", {{"scraper", scraper_}, {"url", options_.url}});
}

}  // namespace oneshot::confirm
