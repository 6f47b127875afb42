// SPDX-License-Identifier: MIT
#include "confirm/target_labels.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)

namespace {

const Labels marker = {{"__name__", "oneshot_batch"}, {"instance", "h:1"}, {"job", "events"}, {"scraper", "prom-a"}};

std::string matchers(const TargetLabels& target) { return target.matchers(Kind::prometheus); }

}  // namespace

TEST_CASE("the labels of a target are those of the marker without its name and scraper") {
  CHECK(matchers(TargetLabels(marker)) == "instance=\"h:1\",job=\"events\"");
  CHECK(matchers(TargetLabels(Labels{{"__name__", "oneshot_batch"}})).empty());
  CHECK(matchers(TargetLabels(Labels{{"job", "a\n\"b\\"}})) == R"(job="a\n\"b\\")");
}

TEST_CASE("what an event has under such a name may stand in the target's place") {
  TargetLabels target(marker);
  target.note("job=\"nightly\",type=\"backup\"");
  target.note("a=\"job=\\\"x\\\",job=\",job=\"events\"");  // the target's own value, and what only looks like a label
  CHECK(matchers(target) == "instance=\"h:1\",job=~\"events|nightly\"");
  target.note("instance=\"\",job=\"a.b|\\\"c\\\\\"");
  CHECK(matchers(target) == R"(instance=~"h\\:1|",job=~"events|a\\.b\\|\\\"c\\\\|nightly")");
}

TEST_CASE("a series that may be one of the events has the target's value or that of an event") {
  TargetLabels target(marker);
  target.note("job=\"nightly\"");
  CHECK(target.admits({{"instance", "h:1"}, {"job", "events"}}));
  CHECK(target.admits({{"instance", "h:1"}, {"job", "nightly"}}));
  CHECK(!target.admits({{"instance", "h:1"}, {"job", "other"}}));
  CHECK(!target.admits({{"instance", "h:1"}}));
  CHECK(!target.admits({{"instance", "h:2"}, {"job", "nightly"}}));
  target.note("job=\"\"");
  CHECK(target.admits({{"instance", "h:1"}}));
}

TEST_CASE("where events have many values, the question leaves them out and the answer is looked through") {
  TargetLabels target(marker);
  for (int i = 0; i < 100; ++i) target.note("instance=\"pod-" + std::to_string(i) + "\"");
  CHECK(matchers(target) == "job=\"events\"");
  CHECK(target.admits({{"instance", "pod-99"}, {"job", "events"}}));
  CHECK(!target.admits({{"instance", "pod-100"}, {"job", "events"}}));
  for (int i = 0; i < 5000; ++i) target.note("instance=\"pod-" + std::to_string(i) + "\"");
  CHECK(target.admits({{"instance", "whatever"}, {"job", "events"}}));
  TargetLabels other(marker);
  other.note("job=\"" + std::string(2000, 'x') + "\"");
  CHECK(matchers(other) == "instance=\"h:1\"");
}

TEST_CASE("a name that PromQL does not take as it is") {
  const TargetLabels target(Labels{{"a.b", "x"}, {"job", "j"}, {"größe", "y"}});
  CHECK(matchers(target) == "\"a.b\"=\"x\",job=\"j\",\"größe\"=\"y\"");
  CHECK(target.matchers(Kind::victoriametrics) == "job=\"j\"");
  CHECK(target.admits({{"a.b", "x"}, {"größe", "y"}, {"job", "j"}}));
  CHECK(!target.admits({{"a.b", "z"}, {"größe", "y"}, {"job", "j"}}));
}
