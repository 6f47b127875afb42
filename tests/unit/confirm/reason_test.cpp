// SPDX-License-Identifier: MIT
// The errors are those that Prometheus 2.42 and 3.5 and VictoriaMetrics 1.79 and 1.145 give.
#include "confirm/reason.hpp"

#include <doctest/doctest.h>

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)
using oneshot::delivery::Outcome;

TEST_CASE("limits of the scraper") {
  for (const char* const error :
       {"sample limit exceeded", "body size limit exceeded",
        "label_limit exceeded (metric: oneshot_batch, number of labels: 4, limit: 1)",
        "label_value_length_limit exceeded (metric: m, label name: a, value: b, length: 150, limit: 100)",
        "label_name_length_limit exceeded (metric: m, label name: a, length: 50, limit: 40)",
        "the response from \"http://h/metrics\" exceeds sample_limit=200",
        "the response from \"http://h/metrics\" exceeds -promscrape.maxScrapeSize=1000000",
        "the response from \"http://h/metrics\" exceeds max_scrape_size=1000000"}) {
    CHECK_MESSAGE(outcome_of_error(error) == Outcome::refused, error);
  }
}

TEST_CASE("time over") {
  CHECK(outcome_of_error("Get \"http://h/metrics\": context deadline exceeded") == Outcome::timed_out);
}

TEST_CASE("other errors have no outcome of their own") {
  CHECK(!outcome_of_error(""));
  CHECK(!outcome_of_error("Get \"http://h/metrics\": dial tcp: connection refused"));
  CHECK(!outcome_of_error("server returned HTTP status 503 Service Unavailable"));
}

TEST_CASE("the target is that with the marker's job and instance") {
  const std::vector<Target> targets = {{{{"instance", "h:1"}, {"job", "a"}}, "first"},
                                       {{{"instance", "h:1"}, {"job", "b"}, {"zone", "x"}}, "second"},
                                       {{{"job", "b"}}, "third"}};
  CHECK(last_error_of(targets, {{"__name__", "oneshot_batch"}, {"instance", "h:1"}, {"job", "b"}}) == "second");
  CHECK(last_error_of(targets, {{"instance", "h:2"}, {"job", "b"}}).empty());
  CHECK(last_error_of(targets, {}).empty());
}
