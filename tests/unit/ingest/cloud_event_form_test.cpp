// SPDX-License-Identifier: MIT
#include "ingest/cloud_event_form.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ingest/cloud_event_parts.hpp"
#include "json/parser.hpp"

using namespace oneshot;  // NOLINT(google-build-using-namespace)
using ingest::BinaryCloudEvent;
using Data = BinaryCloudEvent::Data;
using Headers = std::vector<http::Header>;

namespace {

std::string form(const Headers& headers, std::string_view type = {}, std::string_view body = {},
                 Data data = Data::none) {
  const auto text = ingest::json_form({headers, type, body, data});
  return text ? *text : "refused: " + text.error().message;
}

}  // namespace

// CloudEvents 1.0.2, HTTP protocol binding 3.1.4 and JSON format 3.2.
TEST_CASE("attributes of headers, those of extensions too, are members beside the data") {
  CHECK(form({{"ce-specversion", "1.0"}, {"Ce-Type", "t"}, {"Host", "h"}, {"CE-ComExampleExtension1", "value"}},
             "application/json; charset=utf-8", R"({"n":1})", Data::json) ==
        R"({"specversion":"1.0","type":"t","comexampleextension1":"value",)"
        R"("datacontenttype":"application/json; charset=utf-8","data":{"n":1}})");
  CHECK(form({{"ce-id", "1"}}, "text/plain", "two\n\"words\"", Data::text) ==
        R"({"id":"1","datacontenttype":"text/plain","data":"two\u000a\"words\""})");
  CHECK(form({{"ce-id", "1"}}) == R"({"id":"1"})");
  CHECK(form({{"ce-", "1"}, {"x", "2"}}) == "{}");
}

TEST_CASE("a value is unquoted and percent-decoded before it is JSON, whatever bytes that makes") {
  const std::string text = form({{"ce-subject", "\"a \\\" b\""}, {"ce-x", "%00%1f%22%5C%C3%A9 %zz"}});
  json::Parser parser(1 << 16);
  const auto value = parser.parse(text);
  REQUIRE_MESSAGE(value.has_value(), text);
  CHECK(value->member("subject")->text() == "a \" b");
  CHECK(value->member("x")->text() == std::string_view("\0\x1f\"\\é %zz", 10));
  CHECK(form({{"ce-traceparent", "%C3"}}).starts_with("refused: header ce-traceparent is not valid UTF-8"));
}

TEST_CASE("what binary mode has elsewhere is not taken from a ce- header") {
  CHECK(form({{"ce-data", "x"}, {"ce-datacontenttype", "y"}, {"ce-id", "1"}}, "application/json", "7", Data::json) ==
        R"({"id":"1","datacontenttype":"application/json","data":7})");
}

TEST_CASE("a byte-order mark, a text and a type that are not UTF-8 do not get into the JSON") {
  CHECK(form({}, {}, "\xef\xbb\xbf[1]", Data::json) == R"({"data":[1]})");
  CHECK(form({{"ce-id", "1"}}, "text/plain; x=\xff", "\xff", Data::text) == R"({"id":"1"})");
}

TEST_CASE("the form is read as structured mode is") {
  const std::string text = form({{"ce-specversion", "1.0"}, {"ce-id", "7"}, {"ce-source", "/s"}, {"ce-type", "t"}});
  json::Parser parser(1 << 16);
  const auto parts = ingest::read_cloud_event(*parser.parse(text), "it");
  REQUIRE(parts.has_value());
  std::string id;
  parts->append_id(id);
  CHECK(id == std::string_view("/s\0007", 4));
  const std::string twice = form({{"ce-specversion", "1.0"}, {"ce-id", "7"}, {"Ce-Id", "7"}});
  CHECK(ingest::read_cloud_event(*parser.parse(twice), "it").error().message == "id is given twice");
}
