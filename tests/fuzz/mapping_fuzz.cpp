// SPDX-License-Identifier: MIT
// A hook of which every part is the input's, and a payload: six lines (a template for a label, one for the value,
// `each`, `labels_from`, the subject of `when`, a header's value), then the JSON. Whatever the hook takes in must be
// one sample that a strict parser reads; whatever is refused must say why in one short line.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "event/event_builder.hpp"
#include "fuzz/require.hpp"
#include "ingest/hooks/dry_run.hpp"
#include "ingest/hooks/hook.hpp"
#include "json/parser.hpp"
#include "support/exposition_parser.hpp"

using namespace oneshot;
using oneshot::test::require;

namespace {

void check_message(std::string_view message) {
  require(!message.empty() && message.size() < 2000, "a message without sane length", message);
  for (const char c : message)
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a message that is not one plain line", message);
}

ingest::HookOptions read_options(std::string_view& text) {
  ingest::HookOptions options;
  options.labels = {{"type", "fuzz"}, {"label", std::string(take_line(text))}};
  options.value = take_line(text);
  options.each = take_line(text);
  options.labels_from = {std::string(take_line(text)), "body:"};
  options.id = "{/id}" + options.value;
  if (const std::string_view subject = take_line(text); !subject.empty())
    options.when = {{std::string(subject), {"", "yes", "1", "true"}}};
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto hook = ingest::Hook::make(read_options(text));
  if (!hook) {
    check_message(hook.error().what);
    return 0;
  }
  const std::array headers{http::Header{"X-Event", take_line(text)}};
  static json::Parser parser(1 << 20);
  const auto body = parser.parse(text);
  if (!body) {
    check_message(body.error());
    return 0;
  }
  static event::EventBuilder builder(16384);
  const ingest::NamedHook named{
      "fuzz", *hook, "events_to_metrics",
      [](std::string_view name) -> Result<std::string_view, event::Rejection> { return name; }};
  const auto shown = ingest::dry_run(named, builder, *body, text, headers);
  if (!shown) {
    check_message(shown.error().message);
    return 0;
  }
  for (std::string_view lines = *shown; !lines.empty();) {
    const std::string line = std::string(take_line(lines)) + '\n';
    const auto parsed = test::parse_exposition(line);
    require(parsed.has_value(), "does not parse", line);
    if (line.starts_with('#')) continue;
    require(parsed->families.size() == 1 && parsed->families[0].samples.size() == 1, "not one sample", line);
    const test::ParsedSample& sample = parsed->families[0].samples[0];
    require(sample.name == "events_to_metrics", "another name", line);
    for (const auto& [name, value] : sample.labels)
      require(!name.starts_with("__") && !value.empty() && value.size() <= ingest::Hook::max_label_value_bytes,
              "not a label", line);
  }
  return 0;
}
