// SPDX-License-Identifier: MIT
// The only file that knows simdjson.
#include "confirm/evidence.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot::confirm {
namespace {

namespace dom = simdjson::dom;

Unexpected<std::string> not_understood(std::string_view json, std::string_view why) {
  return Unexpected{"an answer that is not understood (" + std::string(why) + "): " + printable(json, 120)};
}

/// Good as long as `parser` reads nothing else.
Result<dom::element> read(dom::parser& parser, std::string_view json) {
  dom::element element;
  const simdjson::error_code error = parser.parse(json.data(), json.size()).get(element);
  if (error != simdjson::SUCCESS) return not_understood(json, simdjson::error_message(error));
  return element;
}

/// `{"data": {"NAME": [...]}}`, as Prometheus wraps its answers.
Result<dom::array> array_in(const dom::element& answer, const char* name, std::string_view json) {
  dom::array array;
  if (answer["data"][name].get_array().get(array) != simdjson::SUCCESS)
    return not_understood(json, std::string("no data.") + name);
  return array;
}

std::string_view text_of(const dom::element& element) noexcept {
  std::string_view text;
  if (element.get_string().get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::optional<Labels> labels_of(const dom::element& element) {
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  Labels labels;
  for (const auto& [name, value] : object) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
    labels.emplace_back(name, text);
  }
  std::ranges::sort(labels);
  return labels;
}

/// `[1795671043.414, "1764135000014"]`.
std::optional<Sample> sample_of(const dom::element& element) {
  dom::array pair;
  double seconds = 0;
  if (element.get_array().get(pair) != simdjson::SUCCESS || pair.size() != 2) return std::nullopt;
  if (pair.at(0).get_double().get(seconds) != simdjson::SUCCESS || std::abs(seconds) > 1e15) return std::nullopt;
  std::string_view text;
  if (pair.at(1).get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  const std::optional<double> value = parse_number(text);
  if (!value) return std::nullopt;
  return Sample{std::llround(seconds * 1000), *value};
}

/// One element of `result`: with `values`, or with the one `value` of an instant vector.
std::optional<Series> series_of(const dom::element& element) {
  dom::element member;
  if (element["metric"].get(member) != simdjson::SUCCESS) return std::nullopt;
  std::optional<Labels> labels = labels_of(member);
  if (!labels) return std::nullopt;
  Series series{*std::move(labels), {}};
  if (element["value"].get(member) == simdjson::SUCCESS) {
    const std::optional<Sample> sample = sample_of(member);
    if (!sample) return std::nullopt;
    series.samples.push_back(*sample);
    return series;
  }
  dom::array values;
  if (element["values"].get_array().get(values) != simdjson::SUCCESS) return std::nullopt;
  for (const dom::element value : values) {
    const std::optional<Sample> sample = sample_of(value);
    if (!sample) return std::nullopt;
    series.samples.push_back(*sample);
  }
  return series;
}

bool is_complete(const dom::element& answer) {
  dom::array warnings;
  if (answer["warnings"].get_array().get(warnings) == simdjson::SUCCESS && warnings.size() > 0) return false;
  bool partial = false;
  return answer["isPartial"].get_bool().get(partial) != simdjson::SUCCESS || !partial;
}

/// A series of an export: `{"metric":{...},"values":[...],"timestamps":[...]}`. A value that is no number is a stale
/// marker or the like, and no sample.
std::optional<Series> exported_series(const dom::element& element) {
  dom::element metric;
  dom::array values;
  dom::array times;
  if (element["metric"].get(metric) != simdjson::SUCCESS ||
      element["values"].get_array().get(values) != simdjson::SUCCESS ||
      element["timestamps"].get_array().get(times) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  std::optional<Labels> labels = labels_of(metric);
  if (!labels || values.size() != times.size()) return std::nullopt;
  Series series{*std::move(labels), {}};
  auto time = times.begin();
  for (const dom::element value : values) {
    Sample sample;
    if ((*time).get_int64().get(sample.unix_ms) != simdjson::SUCCESS) return std::nullopt;
    if (value.get_double().get(sample.value) == simdjson::SUCCESS) series.samples.push_back(sample);
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

Result<Samples> parse_query(std::string_view json) {
  dom::parser parser;
  const Result<dom::element> answer = read(parser, json);
  if (!answer) return Unexpected{answer.error()};
  const Result<dom::array> result = array_in(*answer, "result", json);
  if (!result) return Unexpected{result.error()};
  Samples samples;
  samples.complete = is_complete(*answer);
  for (const dom::element element : *result) {
    std::optional<Series> series = series_of(element);
    if (!series) return not_understood(json, "a series without its metric and values");
    samples.series.push_back(*std::move(series));
  }
  return samples;
}

Result<Samples> parse_export(std::string_view lines) {
  dom::parser parser;
  Samples samples;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    const Result<dom::element> element = read(parser, line);
    if (!element) return Unexpected{element.error()};
    std::optional<Series> series = exported_series(*element);
    if (!series) return not_understood(line, "a line without metric, values and timestamps");
    samples.series.push_back(*std::move(series));
  }
  return samples;
}

Result<std::vector<Target>> parse_targets(std::string_view json) {
  dom::parser parser;
  const Result<dom::element> answer = read(parser, json);
  if (!answer) return Unexpected{answer.error()};
  const Result<dom::array> active = array_in(*answer, "activeTargets", json);
  if (!active) return Unexpected{active.error()};
  std::vector<Target> targets;
  for (const dom::element element : *active) {
    dom::element labels;
    dom::element error;
    if (element["labels"].get(labels) != simdjson::SUCCESS) continue;
    std::optional<Labels> read = labels_of(labels);
    if (!read) continue;
    const bool has_error = element["lastError"].get(error) == simdjson::SUCCESS;
    targets.push_back({*std::move(read), has_error ? std::string(text_of(error)) : std::string()});
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
