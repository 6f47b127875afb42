// SPDX-License-Identifier: MIT
#include "fake_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <functional>
#include <optional>
#include <string_view>
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

/// How many milliseconds before that time the range begins: `[1ms]` holds that time alone.
std::int64_t range_of(const std::string& path) {
  const std::size_t end = path.find("ms]");
  const std::size_t begin = path.rfind('[', end);
  return end == std::string::npos ? 0 : std::stoll(path.substr(begin + 1)) - 1;
}

/// What a range in seconds holds, `[90s] offset -3600s`, at that time by the store's clock.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  [[nodiscard]] bool has(std::int64_t time) const { return time > begin && time <= end; }
};
Range range_at(const std::string& path, std::int64_t now) {
  const std::size_t bracket = path.find('[');
  const std::size_t unit = path.find("s]", bracket);
  if (bracket == std::string::npos || unit == std::string::npos || path[unit - 1] == 'm') return {0, now};
  constexpr std::string_view before_offset = "s] offset ";
  const bool is_offset = path.compare(unit, before_offset.size(), before_offset) == 0;
  const std::int64_t end = is_offset ? now - std::stoll(path.substr(unit + before_offset.size())) * 1000 : now;
  return {end - std::stoll(path.substr(bracket + 1)) * 1000, end};
}

using Members = std::map<std::string, std::string>;

/// The next text between quotes, which goes off the front; none of them has a quote within.
std::string take_quoted(std::string_view& text) {
  text.remove_prefix(std::min(text.find('"') + 1, text.size()));
  const std::size_t end = std::min(text.find('"'), text.size());
  std::string taken(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

/// Of `"a":"b","c":"d"`.
Members members_of(std::string_view json) {
  Members members;
  while (json.find('"') != std::string_view::npos) {
    std::string name = take_quoted(json);
    members[std::move(name)] = take_quoted(json);
  }
  return members;
}

/// Whether `regex`, texts with a bar between them in which backslashes stand before some characters, has this one.
bool is_among(const std::string& value, const std::string& regex) {
  std::string one;
  for (const char c : regex + '|') {
    if (c == '|' && one == value) return true;
    if (c == '|') one.clear();
    if (c != '|' && c != '\\') one += c;
  }
  return false;
}

/// Whether a series has what the first selector of a query asks for.
bool is_selected(std::string_view query, const Members& series) {
  query.remove_prefix(query.find('{') + 1);
  query = query.substr(0, query.find('}'));
  while (!query.empty()) {
    const std::string name(query.substr(0, query.find('=')));
    query.remove_prefix(name.size());
    const bool is_regex = query.starts_with("=~");
    const std::string wanted = take_quoted(query);
    const auto found = series.find(name);
    const std::string value = found == series.end() ? "" : found->second;
    if (is_regex ? !is_among(value, wanted) : value != wanted) return false;
    query.remove_prefix(std::min<std::size_t>(query.size(), 1));  // the comma
  }
  return true;
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
  return unique_batch(number, std::move(events));
}

std::unique_ptr<queue::Delivery> FakeQueue::unique_batch(std::uint64_t number, std::vector<std::string> events) {
  auto log = std::make_shared<BatchLog>();
  log->number = number;
  log->events = std::move(events);
  logs[number] = log;
  return std::make_unique<FakeDelivery>(std::move(log));
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
  if (fails) {
    const std::optional<ApiError> error = fails(path);
    if (error) co_return Unexpected{*error};
  }
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
    const std::string selector = path.substr(path.find("count(timestamp("));
    std::size_t there = 0;
    const auto found = events.find(at);
    if (found != events.end() && path.find(" + (") != std::string::npos) {
      there = found->second.size();
    } else if (found != events.end()) {
      for (const std::string& one : found->second) there += is_selected(selector, members_of(stored(one))) ? 1U : 0U;
    }
    const std::string count = std::to_string(there);
    return R"({"data":{"result":[{"metric":{},"value":)" + sample(at, count) + "}]}}";
  }
  if (has("sum_over_time(up[")) {
    const std::string count = up.size() >= 2 ? "1" : "0";
    return R"({"data":{"result":[{"metric":{},"value":)" + sample(1000, count) + "}]}}";
  }
  const Range range = range_at(path, clock_.unix_ms());
  std::map<std::string, std::vector<std::string>> series;
  if (has("query=up{")) {
    for (const std::int64_t time : up) series[target].push_back(sample(time, "1"));
  } else if (has("query=oneshot_batch{")) {
    for (const auto& [time, number] : markers)
      if (range.has(time)) series[target + R"(,"scraper":"prom-a")"].push_back(sample(time, std::to_string(number)));
  } else {
    if (has("query=oneshot_batch[")) {
      for (const auto& [time, number] : markers) series["\"a\":\"b\""].push_back(sample(time, std::to_string(number)));
      for (const std::int64_t time : markers_of_others) series["\"o\":\"o\""].push_back(sample(time, "7"));
      return matrix(series);
    }
    REQUIRE((has("query=" + metric + "{") || has("query={__name__=~\"" + metric + "|")));
    return event_samples(path, at);
  }
  return matrix(series);
}

/// An event with the labels of the target, as JSON members.
std::string FakeStore::stored(const std::string& event) const {
  const bool is_named = event.find("__name__") != std::string::npos;
  Members all = members_of(is_named ? event : R"("__name__":")" + metric + "\"," + event);
  for (const auto& [name, value] : members_of(target)) {
    const auto own = all.find(name);
    if (own == all.end()) {
      all[name] = value;
    } else if (!honor_labels) {
      all["exported_" + name] = std::exchange(own->second, value);
    }
  }
  std::string json;
  for (const auto& [name, value] : all) json += (json.empty() ? "\"" : ",\"") + name + "\":\"" + value + '"';
  return json;
}

std::string FakeStore::event_samples(const std::string& path, std::int64_t only_at) const {
  const Range range = range_at(path, clock_.unix_ms());
  std::map<std::string, std::vector<std::string>> series;
  for (const auto& [time, labels] : events) {
    if (only_at == 0 && !range.has(time)) continue;
    if (only_at != 0 && (time > only_at || time < only_at - range_of(path))) continue;
    for (const std::string& one : labels) {
      const std::string labels_there = stored(one);
      if (is_selected(path, members_of(labels_there))) series[labels_there].push_back(sample(time, "1"));
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
