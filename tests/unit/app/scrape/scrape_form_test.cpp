// SPDX-License-Identifier: MIT
#include "app/scrape/scrape_form.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include "exposition/openmetrics_format.hpp"
#include "exposition/text_format.hpp"

namespace oneshot::app {
namespace {

using Headers = std::vector<http::Header>;

bool gets_openmetrics(const Headers& headers) {
  http::Request request;
  request.headers = headers;
  const exposition::Format* const format = &form_for(request, Options{}).format;
  CHECK((format == &exposition::text_format() || format == &exposition::openmetrics_format()));
  return format == &exposition::openmetrics_format();
}

bool gets_gzip(const Headers& headers, Gzip gzip = Gzip::automatic) {
  http::Request request;
  request.headers = headers;
  Options options;
  options.gzip = gzip;
  return form_for(request, options).gzip;
}

}  // namespace

TEST_CASE("whoever takes text gets text, and so does who takes nothing that there is") {
  for (const auto* const accept :
       {"", "text/plain", "*/*", "text/html", "*; q=.2, */*; q=.2", "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=7", "application/openmetrics-text;version=1.0.0,text/plain;q=0.001",
        "application/openmetrics-text,text/*;q=0.1",
        "application/openmetrics-text;version=1.0.0;q=0.5,"
        "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"}) {
    CAPTURE(accept);
    CHECK_FALSE(gets_openmetrics({{"Accept", accept}}));
  }
  CHECK_FALSE(gets_openmetrics({}));
  CHECK_FALSE(gets_openmetrics({{"Accept", "application/openmetrics-text"}, {"accept", "text/plain;q=0.5"}}));
}

TEST_CASE("OpenMetrics goes to who takes that and no text") {
  for (const auto* const accept :
       {"application/openmetrics-text", "Application/OpenMetrics-Text; version=1.0.0; charset=utf-8",
        "application/openmetrics-text;q=0.1,text/plain;q=0", "text/html,application/openmetrics-text,text/plain;q=nan",
        "application/openmetrics-text;escaping=a;escaping=b;q=1.000"}) {
    CAPTURE(accept);
    CHECK(gets_openmetrics({{"Accept", accept}}));
  }
}

TEST_CASE("gzip goes to who accepts it, unless it is off") {
  CHECK(gets_gzip({{"Accept-Encoding", "gzip"}}));
  CHECK_FALSE(gets_gzip({{"Accept-Encoding", "identity"}}));
  CHECK_FALSE(gets_gzip({}));
  CHECK_FALSE(gets_gzip({{"Accept-Encoding", "gzip"}}, Gzip::off));
}

}  // namespace oneshot::app
