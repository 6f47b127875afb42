// SPDX-License-Identifier: MIT
// Labels that the server writes on the events of one client.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "event/event_builder.hpp"

using namespace oneshot;
using event::EventBuilder;

namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// The labels of the event, or why it is none.
std::string made(EventBuilder& builder, const Labels& labels) {
  builder.begin();
  for (const auto& [name, value] : labels)
    if (auto taken = builder.label(name, value); !taken) return taken.error().message;
  const auto event = builder.finish();
  return event ? std::string(event->labels) : event.error().message;
}

}  // namespace

TEST_CASE("a stamp is a label of every event, in its place and escaped, until there are none") {
  const Labels stamps{{"team", "a \"b\"\n"}, {"at", "x"}};
  EventBuilder builder(1000);
  builder.stamp("ci", stamps);
  CHECK(made(builder, {{"n", "1"}}) == R"(at="x",n="1",team="a \"b\"\n")");
  CHECK(made(builder, {{"z", "1"}, {"a", "2"}}) == R"(a="2",at="x",team="a \"b\"\n",z="1")");
  builder.stamp({}, {});
  CHECK(made(builder, {{"n", "1"}}) == R"(n="1")");
}

TEST_CASE("the client may leave it out, send the same or nothing, and no other value") {
  const Labels stamps{{"team", "web"}};
  EventBuilder builder(1000);
  builder.stamp("ci", stamps);
  CHECK(made(builder, {{"n", "1"}, {"team", "web"}}) == R"(n="1",team="web")");
  CHECK(made(builder, {{"n", "1"}, {"team", ""}}) == R"(n="1",team="web")");
  const std::string refused = R"(label "team" is set by the server for client "ci": leave it out)";
  CHECK(made(builder, {{"n", "1"}, {"team", "ops"}}) == refused);
  CHECK(made(builder, {{"n", "1"}, {"team", "web"}, {"team", "web"}}) == "label \"team\" is given twice");
  CHECK(made(builder, {{"n", "1"}, {"team", ""}, {"team", "ops"}}) == "label \"team\" is given twice");
}

TEST_CASE("names that are mended are looked at as they will be") {
  const Labels stamps{{"my_team", "web"}};
  EventBuilder builder(1000);
  builder.stamp("ci", stamps);
  CHECK(made(builder, {{"n", "1"}, {"my team", "ops"}}).find("is set by the server") != std::string::npos);
}

TEST_CASE("stamps alone are no event, and no limit counts them") {
  const Labels stamps{{"team", std::string(100, 'x')}, {"at", "y"}};
  EventBuilder builder(event::Options{.max_event_bytes = 64, .max_labels = 1, .max_label_value_bytes = 16});
  builder.stamp("ci", stamps);
  CHECK(made(builder, {}).find("label") != std::string::npos);
  CHECK(made(builder, {{"n", ""}}).find("label") != std::string::npos);
  CHECK(made(builder, {{"n", "1"}}) == "at=\"y\",n=\"1\",team=\"" + std::string(100, 'x') + '"');
  CHECK(made(builder, {{"n", "1"}, {"m", "2"}}).find("max_labels") != std::string::npos);
}
