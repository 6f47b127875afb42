// SPDX-License-Identifier: MIT
#include "fake_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <functional>
#include <utility>

#include "base/percent.hpp"

namespace oneshot::confirm::test {
namespace {

std::string seconds_text(std::int64_t unix_ms) {
  std::string ms = std::to_string(unix_ms % 1000 + 1000).substr(1);
  return std::to_string(unix_ms / 1000) + '.' + ms;
}

std::string sample(std::int64_t unix_ms, const std::string& value) {
  return '[' + seconds_text(unix_ms) + ",\"" + value + "\"]";
}

/// The parameter `time` in milliseconds; 0: none.
std::int64_t time_of(const std::string& path) {
  const std::size_t at = path.find("&time=");
  if (at == std::string::npos) return 0;
  std::string digits = path.substr(at + 6, 14);
  std::erase(digits, '.');
  return std::stoll(digits);
}

class FakeBatch final : public queue::Batch {
 public:
  explicit FakeBatch(std::shared_ptr<BatchLog> log) : log_(std::move(log)) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return log_->events.size(); }
  std::size_t read(queue::EventRef& next, std::span<queue::BatchEvent> events) const noexcept override {
    std::size_t read = 0;
    for (; read < events.size() && next < log_->events.size(); ++read, ++next) {
      const auto [metric, labels] = series_at(next);
      events[read] = {.ref = next,
                      .series_hash = std::hash<std::string>{}(log_->events[next]),
                      .labels = labels,
                      .unix_ms = 5000,
                      .metric = metric};
    }
    return read;
  }
  [[nodiscard]] queue::Series series_at(queue::EventRef event) const noexcept override {
    const std::string_view text = log_->events[event];
    const std::size_t brace = text.find('{');
    if (brace == std::string_view::npos) return {{}, text};
    return {text.substr(0, brace), text.substr(brace + 1)};
  }
  [[nodiscard]] std::uint64_t hash_of(const queue::Series& series) const noexcept override {
    return std::hash<std::string_view>{}(series.labels) + std::hash<std::string_view>{}(series.metric);
  }

 private:
  std::shared_ptr<BatchLog> log_;
};

class FakeKept final : public queue::Kept {
 public:
  explicit FakeKept(std::shared_ptr<BatchLog> log) : log_(std::move(log)) { log_->kept = true; }
  ~FakeKept() override { log_->let_go = true; }
  [[nodiscard]] std::uint64_t number() const noexcept override { return log_->number; }
  [[nodiscard]] std::uint64_t count() const noexcept override { return log_->events.size(); }
  std::unique_ptr<queue::Batch> open() override {
    return log_->room_needed ? nullptr : std::make_unique<FakeBatch>(log_);
  }
  bool send_again() override {
    ++log_->whole_again;
    return !log_->room_needed;
  }
  bool send_again(std::span<const queue::EventRef> events) override {
    std::vector<std::string> part;
    for (const queue::EventRef event : events) part.push_back(log_->events[event]);
    log_->parts_again.push_back(std::move(part));
    return !log_->room_needed;
  }

 private:
  std::shared_ptr<BatchLog> log_;
};

class FakeDelivery final : public queue::Delivery {
 public:
  explicit FakeDelivery(std::shared_ptr<BatchLog> log) : log_(std::move(log)), batch_(log_) {}
  [[nodiscard]] const queue::Batch& batch() const noexcept override { return batch_; }
  [[nodiscard]] std::uint64_t count() const noexcept override { return log_->events.size(); }
  [[nodiscard]] std::uint64_t number() const noexcept override { return log_->number; }
  void in_transfer(std::weak_ptr<delivery::Transfer>) override {}
  void end_reading() noexcept override {}
  void handed_over(bool) override {}
  void settle(delivery::Outcome outcome) override { log_->outcomes.push_back(outcome); }
  std::unique_ptr<queue::Kept> settle_and_keep() override {
    log_->outcomes.push_back(delivery::Outcome::delivered);
    return std::make_unique<FakeKept>(log_);
  }

 private:
  std::shared_ptr<BatchLog> log_;
  FakeBatch batch_;
};

}  // namespace

std::shared_ptr<queue::Delivery> FakeQueue::batch(std::uint64_t number, std::vector<std::string> events) {
  auto log = std::make_shared<BatchLog>();
  log->number = number;
  log->events = std::move(events);
  logs[number] = log;
  return std::make_shared<FakeDelivery>(std::move(log));
}

asio::awaitable<void> FakeStore::wait_until(delivery::OneShotEvent& woken, SteadyTime time) {
  auto timer = std::make_shared<asio::steady_timer>(io_, SteadyTime::max());
  if (time > clock_.steady()) {
    waits_.push_back({time, timer});
    woken.on_notify([this, timer] { asio::post(io_, [timer] { timer->cancel(); }); });
    asio::error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await timer->async_wait(token);
    woken.forget();
  } else {
    co_await asio::post(io_, asio::use_awaitable);
  }
}

void FakeStore::tick() {
  std::vector<Wait> left;
  for (Wait& wait : waits_) {
    if (wait.time <= clock_.steady()) {
      wait.timer->cancel();
    } else if (wait.timer.use_count() > 1) {
      left.push_back(std::move(wait));
    }
  }
  waits_ = std::move(left);
}

asio::awaitable<Result<std::string, ApiError>> FakeStore::get(std::string path_and_query, std::size_t) {
  std::string path;
  REQUIRE(append_percent_decoded(path, path_and_query, false));
  asked.push_back(path);
  CHECK(++at_once == 1);  // never two questions of one scraper at a time
  co_await asio::post(io_, asio::use_awaitable);
  --at_once;
  if (silent) co_return Unexpected{ApiError{"cannot connect to prom-a:9090: Connection refused"}};
  Result<std::string, ApiError> answered = answer(path);
  co_return answered;
}

Result<std::string, ApiError> FakeStore::answer(const std::string& path) const {
  const auto has = [&path](std::string_view text) { return path.find(text) != std::string::npos; };
  if (has("offset -") && old_prometheus) return Unexpected{ApiError{"h answers 400", 400}};
  if (has("/api/v1/targets")) {
    return R"({"data":{"activeTargets":[{"labels":{)" + target + R"(},"lastError":")" + last_error + R"("}]}})";
  }
  if (has("/metrics")) {
    if (started == 0) return Unexpected{ApiError{"h answers 404", 404}};
    return "process_start_time_seconds " + std::to_string(started) + "\n";
  }
  const std::int64_t at = time_of(path);
  if (has("count(timestamp(")) {
    const auto found = events.find(at);
    const std::string count = found == events.end() ? "0" : std::to_string(found->second.size());
    return R"({"data":{"result":[{"metric":{},"value":)" + sample(at, count) + "}]}}";
  }
  if (has("sum_over_time(up[")) {
    const std::string count = up.size() >= 2 ? "1" : "0";
    return R"({"data":{"result":[{"metric":{},"value":)" + sample(1000, count) + "}]}}";
  }
  std::map<std::string, std::vector<std::string>> series;
  if (has("query=up{")) {
    for (const std::int64_t time : up) series[target].push_back(sample(time, "1"));
  } else if (has("query=oneshot_batch{")) {
    for (const auto& [time, number] : markers)
      series[target + R"(,"scraper":"prom-a")"].push_back(sample(time, std::to_string(number)));
  } else {
    REQUIRE((has("query=" + metric + "{") || has("query={__name__=~\"" + metric + "|")));
    return event_samples(at);
  }
  return matrix(series);
}

std::string FakeStore::event_samples(std::int64_t only_at) const {
  std::map<std::string, std::vector<std::string>> series;
  for (const auto& [time, labels] : events) {
    if (only_at != 0 && time != only_at) continue;
    for (const std::string& one : labels) {
      const bool is_named = one.find("__name__") != std::string::npos;
      series[target + "," + (is_named ? one : R"("__name__":")" + metric + "\"," + one)].push_back(sample(time, "1"));
    }
  }
  return matrix(series);
}

std::string FakeStore::matrix(const std::map<std::string, std::vector<std::string>>& series) const {
  std::string result;
  for (const auto& [labels, samples] : series) {
    result += result.empty() ? "" : ",";
    result += R"({"metric":{)" + labels + R"(},"values":[)";
    for (std::size_t i = 0; i < samples.size(); ++i) result += (i == 0 ? "" : ",") + samples[i];
    result += "]}";
  }
  return std::string(R"({"status":"success",)") + (partial ? R"("warnings":["partial"],)" : "") +
         R"("data":{"resultType":"matrix","result":[)" + result + "]}}";
}

std::int64_t FakeStore::scrape(std::uint64_t number, const std::vector<std::string>& with) {
  const std::int64_t time = clock_.unix_ms();
  markers[time] = number;
  up.insert(time);
  if (!with.empty()) events[time] = with;
  return time;
}

std::int64_t FakeStore::events_alone(const std::vector<std::string>& with) {
  events[clock_.unix_ms()] = with;
  return clock_.unix_ms();
}

void FakeStore::forget_since(std::int64_t unix_ms) {
  std::erase_if(markers, [=](const auto& one) { return one.first >= unix_ms; });
  std::erase_if(events, [=](const auto& one) { return one.first >= unix_ms; });
  std::erase_if(up, [=](std::int64_t time) { return time >= unix_ms; });
}

int FakeStore::count(std::string_view what) const {
  return static_cast<int>(
      std::ranges::count_if(asked, [=](const std::string& path) { return path.find(what) != std::string::npos; }));
}

}  // namespace oneshot::confirm::test
