// SPDX-License-Identifier: MIT
// Parameters of a POST, split into query and form body by the first byte: 'q' is all query, 'f' all form, any
// other byte cuts the rest at that many 256ths. Whatever is accepted must be one sample that a strict parser
// reads; whatever is refused must say why in one short line.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/event_builder.hpp"
#include "event/form_parser.hpp"
#include "exposition/text_format.hpp"
#include "fuzz/require.hpp"
#include "support/exposition_parser.hpp"

using namespace oneshot;
using oneshot::test::require;

namespace {

constexpr unsigned max_event_bytes = 16384;
constexpr unsigned max_labels = 5;
constexpr unsigned max_value = 16;
constexpr std::int64_t time_ms = 1'700'000'000'123;

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void check_line(const event::Event& event, std::optional<std::int64_t> timestamp) {
  const exposition::Format& format = exposition::text_format();
  std::string line;
  format.append_sample(line, "events_to_metrics", {event.labels}, event.value, timestamp);
  require(line.size() == format.sample_size("events_to_metrics", {event.labels}, event.value, timestamp),
          "another length than announced", line);

  const auto parsed = test::parse_exposition(line);
  require(parsed.has_value(), "does not parse", parsed.has_value() ? "" : parsed.error());
  require(parsed->families.size() == 1 && parsed->families[0].samples.size() == 1, "not one sample", line);
  const test::ParsedSample& sample = parsed->families[0].samples[0];
  require(sample.name == "events_to_metrics", "another name", line);
  require(same(sample.value, event.value), "another value", line);
  require(sample.timestamp_ms == timestamp, "another time", line);

  // The parser sorts: only what was sorted before has the same names in the same places.
  std::size_t at = 0;
  std::string_view last_name;
  for (const auto& [name, value] : sample.labels) {
    require(last_name < name, "names not unique", line);
    require(!name.starts_with("__") && name != "value" && !value.empty(), "not a label", line);
    const std::string begin = (at == 0 ? "" : ",") + name + "=\"";
    require(event.labels.substr(at, begin.size()) == begin, "names not sorted", line);
    at += begin.size();
    while (event.labels[at] != '"') at += event.labels[at] == '\\' ? 2u : 1u;
    ++at;
    last_name = name;
  }
  require(at == event.labels.size(), "something behind the labels", line);
}

void check_rejection(const event::Rejection& rejection) {
  const std::string& message = rejection.message;
  require(!message.empty() && message.size() < 400, "a message without sane length", message);
  for (const char c : message) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a message that is not one plain line", message);
  }
  require(!event::reason_name(rejection.reason).empty(), "a reason without name", message);
}

/// One that has seen every input so far must answer as a new one does.
Result<event::Event, event::Rejection> parse(event::EventBuilder& used_builder, const event::Options& options,
                                             std::string_view query, std::string_view form) {
  event::FormParser used(used_builder);
  event::EventBuilder fresh_builder(options);
  event::FormParser fresh(fresh_builder);
  auto event = used.parse(query, form);
  const auto again = fresh.parse(query, form);
  require(event.has_value() == again.has_value(), "an earlier event shows", query);
  if (event) {
    require(event->labels == again->labels && same(event->value, again->value) &&
                event->value_given == again->value_given && event->sent_unix_ms == again->sent_unix_ms,
            "an earlier event shows", event->labels);
  } else {
    require(event.error().message == again.error().message, "an earlier event shows", event.error().message);
  }
  return event;
}

void check(const Result<event::Event, event::Rejection>& event) {
  if (!event) return check_rejection(event.error());
  require(event->labels.size() <= 4 * max_event_bytes, "more text than the limit allows", event->labels);
  require(!event->labels.empty(), "an event that says nothing", {});
  check_line(*event, {});
  check_line(*event, time_ms);
}

const event::Options usual{.max_event_bytes = max_event_bytes};
const event::Options mending{.label_names = event::LabelNames::replace,
                             .plain_labels = {"ttl"},
                             .max_event_bytes = max_event_bytes,
                             .max_labels = max_labels,
                             .max_label_name_bytes = 32,
                             .max_label_value_bytes = max_value,
                             .long_values = event::LongValues::truncate};

void check_mended(const Result<event::Event, event::Rejection>& event) {
  check(event);
  if (!event) return;
  std::string line;
  exposition::text_format().append_sample(line, "m", {event->labels}, event->value, {});
  const auto parsed = test::parse_exposition(line);
  require(parsed.has_value(), "does not parse", line);
  const auto& labels = parsed->families[0].samples[0].labels;
  require(labels.size() <= max_labels, "too many labels", line);
  for (const auto& [name, value] : labels) require(value.size() <= max_value, "a value that is not cut", line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view rest = all.substr(1);
  const std::size_t cut = all[0] == 'q' ? rest.size() : all[0] == 'f' ? 0 : rest.size() * data[0] / 256;
  const std::string_view query = rest.substr(0, cut);
  const std::string_view form = rest.substr(cut);

  static event::EventBuilder used(usual);
  static event::EventBuilder used_mending(mending);
  check(parse(used, usual, query, form));
  check_mended(parse(used_mending, mending, query, form));
  return 0;
}
