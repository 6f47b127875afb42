// SPDX-License-Identifier: MIT
#include "confirm/evidence.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "json/parser.hpp"

namespace oneshot::confirm {
namespace {

using json::Value;

Unexpected<std::string> not_understood(std::string_view answer, std::string_view why) {
  return Unexpected{"an answer that is not understood (" + std::string(why) + "): " + printable(answer, 120)};
}

/// Good as long as `parser` reads nothing else.
Result<Value> read(json::Parser& parser, std::string_view text) {
  Result<Value> value = parser.parse(text);
  if (!value) return not_understood(text, "not valid JSON: " + value.error());
  return value;
}

/// The member, if it is a list.
std::optional<Value> list_in(const Value& object, std::string_view name) {
  const std::optional<Value> member = object.member(name);
  return member && member->kind() == json::Kind::list ? member : std::nullopt;
}

/// `{"data": {"NAME": [...]}}`, as Prometheus wraps its answers.
Result<Value> data_list(const Value& answer, const char* name, std::string_view text) {
  const std::optional<Value> data = answer.member("data");
  const std::optional<Value> list = data ? list_in(*data, name) : std::nullopt;
  if (!list) return not_understood(text, std::string("no data.") + name);
  return *list;
}

std::optional<Labels> labels_of(const Value& object) {
  if (object.kind() != json::Kind::object) return std::nullopt;
  Labels labels;
  for (const json::Member& member : object.members()) {
    const std::optional<std::string_view> text = member.value.text();
    if (!text) return std::nullopt;
    labels.emplace_back(member.name, *text);
  }
  std::ranges::sort(labels);
  return labels;
}

/// `[1795671043.414, "1764135000014"]`.
std::optional<Sample> sample_of(const Value& pair) {
  const json::Elements two = pair.elements();
  if (two.size() != 2) return std::nullopt;
  auto at = two.begin();
  const std::optional<double> seconds = (*at).number();
  const std::optional<std::string_view> text = (*++at).text();
  if (!seconds || std::abs(*seconds) > 1e15 || !text) return std::nullopt;
  const std::optional<double> value = parse_number(*text);
  if (!value) return std::nullopt;
  return Sample{std::llround(*seconds * 1000), *value};
}

/// One element of `result`: with `values`, or with the one `value` of an instant vector.
std::optional<Series> series_of(const Value& element) {
  const std::optional<Value> metric = element.member("metric");
  std::optional<Labels> labels = metric ? labels_of(*metric) : std::nullopt;
  if (!labels) return std::nullopt;
  Series series{*std::move(labels), {}};
  if (const std::optional<Value> instant = element.member("value")) {
    const std::optional<Sample> sample = sample_of(*instant);
    if (!sample) return std::nullopt;
    series.samples.push_back(*sample);
    return series;
  }
  const std::optional<Value> values = list_in(element, "values");
  if (!values) return std::nullopt;
  for (const Value& value : values->elements()) {
    const std::optional<Sample> sample = sample_of(value);
    if (!sample) return std::nullopt;
    series.samples.push_back(*sample);
  }
  return series;
}

bool is_complete(const Value& answer) {
  if (const std::optional<Value> warnings = list_in(answer, "warnings"); warnings && !warnings->elements().empty())
    return false;
  const std::optional<Value> partial = answer.member("isPartial");
  return !partial || !partial->truth().value_or(false);
}

/// A series of an export: `{"metric":{...},"values":[...],"timestamps":[...]}`. A value that is no number is a stale
/// marker or the like, and no sample.
std::optional<Series> exported_series(const Value& element) {
  const std::optional<Value> metric = element.member("metric");
  const std::optional<Value> values = list_in(element, "values");
  const std::optional<Value> times = list_in(element, "timestamps");
  if (!metric || !values || !times) return std::nullopt;
  std::optional<Labels> labels = labels_of(*metric);
  if (!labels || values->elements().size() != times->elements().size()) return std::nullopt;
  Series series{*std::move(labels), {}};
  auto time = times->elements().begin();
  for (const Value& value : values->elements()) {
    const std::optional<std::int64_t> unix_ms = (*time).integer();
    if (!unix_ms) return std::nullopt;
    if (const std::optional<double> number = value.number()) series.samples.push_back({*unix_ms, *number});
    ++time;
  }
  return series;
}

}  // namespace

const std::string* find_label(const Labels& labels, std::string_view name) noexcept {
  for (const auto& [label, value] : labels)
    if (label == name) return &value;
  return nullptr;
}

Result<Samples> parse_query(std::string_view text) {
  json::Parser parser(text.size());
  const Result<Value> answer = read(parser, text);
  if (!answer) return Unexpected{answer.error()};
  const Result<Value> result = data_list(*answer, "result", text);
  if (!result) return Unexpected{result.error()};
  Samples samples;
  samples.complete = is_complete(*answer);
  for (const Value& element : result->elements()) {
    std::optional<Series> series = series_of(element);
    if (!series) return not_understood(text, "a series without its metric and values");
    samples.series.push_back(*std::move(series));
  }
  return samples;
}

Result<Samples> parse_export(std::string_view lines) {
  json::Parser parser(lines.size());
  Samples samples;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    const Result<Value> element = read(parser, line);
    if (!element) return Unexpected{element.error()};
    std::optional<Series> series = exported_series(*element);
    if (!series) return not_understood(line, "a line without metric, values and timestamps");
    samples.series.push_back(*std::move(series));
  }
  return samples;
}

Result<std::vector<Target>> parse_targets(std::string_view text) {
  json::Parser parser(text.size());
  const Result<Value> answer = read(parser, text);
  if (!answer) return Unexpected{answer.error()};
  const Result<Value> active = data_list(*answer, "activeTargets", text);
  if (!active) return Unexpected{active.error()};
  std::vector<Target> targets;
  for (const Value& element : active->elements()) {
    const std::optional<Value> object = element.member("labels");
    std::optional<Labels> labels = object ? labels_of(*object) : std::nullopt;
    if (!labels) continue;
    const std::optional<Value> error = element.member("lastError");
    targets.push_back({*std::move(labels), std::string(error ? error->text().value_or("") : "")});
  }
  return targets;
}

std::optional<double> process_start_seconds(std::string_view exposition) noexcept {
  constexpr std::string_view name = "process_start_time_seconds ";
  std::size_t at = exposition.find(name);
  while (at != std::string_view::npos && at > 0 && exposition[at - 1] != '\n') at = exposition.find(name, at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = exposition.substr(at + name.size());
  return parse_number(rest.substr(0, rest.find_first_of(" \r\n")));
}

}  // namespace oneshot::confirm
