// SPDX-License-Identifier: MIT
// The keys of [events] that say what may get in.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "unit/settings/parsed.hpp"

using namespace oneshot;
using namespace oneshot::settings;

namespace {

using settings::test::error;

event::Options parsed(std::string_view text) { return settings::test::good(text).app.event; }

}  // namespace

TEST_CASE("every key of [events] about labels is taken over") {
  const event::Options options = parsed(R"(
[events]
label_names = "replace"
plain_labels = ["ttl", "time"]
sender_time = "refuse"
max_labels = 30
max_label_name_bytes = 100
max_label_value_bytes = 1000
long_values = "truncate"
)");
  CHECK(options.label_names == event::LabelNames::replace);
  CHECK(options.plain_labels == std::vector<std::string>{"ttl", "time"});
  CHECK(options.sender_time == event::SenderTime::refuse);
  CHECK(options.max_labels == 30);
  CHECK(options.max_label_name_bytes == 100);
  CHECK(options.max_label_value_bytes == 1000);
  CHECK(options.long_values == event::LongValues::truncate);
}

TEST_CASE("a limit has a range, and 0 is none") {
  struct Case {
    const char* key;
    const char* range;
    std::vector<const char*> good;
    std::vector<const char*> bad;
  };
  for (const Case& c : {Case{"max_labels", "1 to 10000", {"0", "1", "10000"}, {"-1", "10001", "true", "2.0"}},
                        {"max_label_name_bytes", "1 to 65536", {"0", "1", "65536"}, {"-1", "65537"}},
                        {"max_label_value_bytes", "16 to 65536", {"0", "16", "65536"}, {"-1", "1", "15", "65537"}}}) {
    for (const char* const value : c.good) CHECK(error("events." + std::string(c.key) + " = " + value) == "fine");
    for (const char* const value : c.bad) {
      CAPTURE(value);
      CHECK(error("events." + std::string(c.key) + " = " + value)
                .ends_with(": must be a whole number from " + std::string(c.range) + ", or 0 for no limit"));
    }
  }
}

TEST_CASE("only a few names can be made ordinary labels") {
  CHECK(error("[events]\nplain_labels = [\"time\", \"value\"]") ==
        "c.toml:2: [events] plain_labels contains \"value\": must be \"time\", \"timestamp\" or \"ttl\"");
  CHECK(error("[events]\nplain_labels = \"time\"") ==
        "c.toml:2: [events] plain_labels = \"time\": must be a list of names in quotes");
}
