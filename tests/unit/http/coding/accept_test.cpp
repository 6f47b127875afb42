// SPDX-License-Identifier: MIT
#include "http/coding/accept.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace oneshot::http {
namespace {

bool takes_gzip(std::string_view accept_encoding) {
  const std::array<Header, 1> headers{{{"Accept-Encoding", accept_encoding}}};
  return accepts_gzip(headers);
}

bool takes_text(std::string_view accept) {
  const std::array<Header, 1> headers{{{"aCCept", accept}}};
  return accepts_type(AcceptList(headers, "accept"), "text/plain");
}

}  // namespace

TEST_CASE("gzip goes to who takes it, by either of its names or any coding") {
  for (const auto* const yes :
       {"gzip", "GZip", "x-gzip", "*", "deflate, gzip", "gzip;q=0.001", "gzip ; q=1", "br;q=1.0,gzip;Q=0.8, *;q=0.1",
        "identity, gzip;q=.2", "gzip;q=1.000", "gzip;q=0.5;q=0", "*;q=0, gzip", "gzip;level=\"a,b;q=0\"", ",, gzip ,",
        "gzip;q=0, x-gzip", "identity;q=0, *;q=0.1"}) {
    CAPTURE(yes);
    CHECK(takes_gzip(yes));
  }
}

TEST_CASE("gzip does not go to who does not say so, or says it badly") {
  for (const auto* const no : {"",
                               "identity",
                               "br",
                               "gzip;q=0",
                               "gzip;q=0.000",
                               "*;q=0",
                               "gzip;q=0, *",
                               "x-gzip;q=0, *;q=1",
                               "gzip;q=2",
                               "gzip;q=-1",
                               "gzip;q=+1",
                               "gzip;q=1e-1",
                               "gzip;q=nan",
                               "gzip;q=",
                               "gzip;q",
                               "gzip;q=\"1\"",
                               "gzip;q=0.1.1",
                               "gzip;q=0 ;q=1",
                               "xgzip",
                               "gzipped",
                               "gzip br",
                               "\"gzip\"",
                               "\"a\\\", gzip"}) {
    CAPTURE(no);
    CHECK_FALSE(takes_gzip(no));
  }
  CHECK_FALSE(accepts_gzip({}));
}

TEST_CASE("headers of one name are one list") {
  const std::array<Header, 4> headers{
      {{"Accept-Encoding", "br"}, {"Accept", "gzip"}, {"accept-encoding", "gzip;q=0.5"}, {"Accept-Encoding", "*;q=0"}}};
  CHECK(accepts_gzip(headers));
  CHECK_FALSE(accepts_gzip(std::span(headers).first(2)));
}

TEST_CASE("so many entries are read and no more, and empty ones are none") {
  std::string list = ",,";
  for (std::size_t i = 1; i < AcceptList::max_entries; ++i) list += "a, ,";
  CHECK(takes_gzip(list + "gzip"));
  CHECK_FALSE(takes_gzip(list + "b,gzip"));
}

TEST_CASE("the closest range decides about a media type") {
  for (const auto* const yes :
       {"text/plain", "TEXT/Plain;version=0.0.4;q=0.3", "text/*;q=0.1", "*/*;q=0.1", "*/*;q=0, text/*",
        "text/*;q=0, text/plain", "application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1",
        // Prometheus 2.42, and 3.0, which says escaping twice
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text;version=1.0.0;escaping=values;escaping=allow-utf-8;q=0.5,"
        "text/plain;version=1.0.0;escaping=values;escaping=allow-utf-8;q=0.3,*/*;q=0.2"}) {
    CAPTURE(yes);
    CHECK(takes_text(yes));
  }
  for (const auto* const no : {"application/openmetrics-text", "text/plain;q=0, */*", "text/*;q=0, */*", "*/*;q=0",
                               "text/html", "text", "*", "text/plainer", "*/plain"}) {
    CAPTURE(no);
    CHECK_FALSE(takes_text(no));
  }
}

}  // namespace oneshot::http
