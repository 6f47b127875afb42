// SPDX-License-Identifier: MIT
#include "ingest/cloud_event.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "ingest/cloud_event_headers.hpp"
#include "json/parser.hpp"
#include "unit/ingest/read_event.hpp"

using namespace oneshot;  // NOLINT(google-build-using-namespace)
using event::Reason;

namespace {

using ingest::test::finish;
using ingest::test::Read;

class Reader {
 public:
  Read structured(const std::string& body) {
    const auto value = parser_.parse(body);
    REQUIRE_MESSAGE(value.has_value(), body);
    builder_.begin(event::LabelNames::replace);
    const auto taken = reader_.take(*value, "the body");
    return finish(builder_, taken, reader_.id());
  }
  Read binary(const std::vector<http::Header>& headers, const std::string& body = {}) {
    std::optional<json::Value> data;
    if (!body.empty()) data = *parser_.parse(body);
    builder_.begin(event::LabelNames::replace);
    const auto taken = reader_.take(headers, data);
    return finish(builder_, taken, reader_.id());
  }

 private:
  json::Parser parser_{1 << 20};
  event::EventBuilder builder_{16384};
  ingest::CloudEvent reader_{builder_};
};

Read structured(const std::string& body) { return Reader().structured(body); }
Read binary(const std::vector<http::Header>& headers, const std::string& body = {}) {
  return Reader().binary(headers, body);
}

const std::string required = R"("specversion":"1.0","id":"A234","source":"/mycontext","type":"com.example.someevent")";

std::string header_value(std::string_view value) {
  std::string out;
  if (!ingest::append_header_value(out, value)) return "not UTF-8";
  return out;
}

}  // namespace

// CloudEvents 1.0.2, JSON format, section 3.2.
TEST_CASE("the example of the specification, in structured mode") {
  const Read event =
      structured(R"({"specversion":"1.0","type":"com.example.someevent","source":"/mycontext","subject":null,)"
                 R"("id":"C234-1234-1234","time":"2018-04-05T17:31:00Z","comexampleextension1":"value",)"
                 R"("comexampleothervalue":5,"datacontenttype":"application/json",)"
                 R"("data":{"appinfoA":"abc","appinfoB":123,"appinfoC":true}})");
  CHECK(event.refused.empty());
  CHECK(event.labels ==
        R"(appinfoA="abc",appinfoB="123",appinfoC="true",source="/mycontext",type="com.example.someevent")");
  CHECK(event.time == 1522949460000);
  CHECK(event.id == std::string("/mycontext\0C234-1234-1234", 25));
}

TEST_CASE("data that is no object says nothing to labels") {
  const std::string plain = R"(source="/mycontext",type="com.example.someevent")";
  for (const char* const data : {R"("<much wow=\"xml\"/>")", "7", "null", "[1,2]", "true"})
    CHECK_MESSAGE(structured("{" + required + ",\"data\":" + data + "}").labels == plain, data);
  CHECK(structured("{" + required + R"(,"data_base64":"eA=="})").labels == plain);
}

TEST_CASE("data: scalars are labels, names are made to fit, and those of attributes get a prefix") {
  const Read event = structured(
      "{" + required +
      R"(,"subject":"s","data":{"app.kubernetes.io/name":"shop","type":"x","source":5,"subject":"t","nested":{"a":1},)"
      R"("list":[1],"none":null,"time":"t","timestamp":1,"ttl":2,"":"x","value":12.5}})");
  CHECK(event.refused.empty());
  CHECK(event.labels ==
        R"(app_kubernetes_io_name="shop",data_source="5",data_subject="t",data_type="x",source="/mycontext",)"
        R"(subject="s",type="com.example.someevent")");
  CHECK(event.value == 12.5);
  CHECK(event.time == -1);
  CHECK(structured("{" + required + R"(,"data":{"value":"high"}})").labels ==
        R"(source="/mycontext",type="com.example.someevent",value="high")");
  CHECK(structured("{" + required + R"(,"data":{"value":"7"}})").value == 7);
}

TEST_CASE("a required attribute that is missing, empty or null is named") {
  for (const std::string missing : {"specversion", "id", "source", "type"}) {
    std::string body;
    std::string empty;
    for (const std::string name : {"specversion", "id", "source", "type"}) {
      const std::string text = name == "specversion" ? "1.0" : "x";
      if (name != missing) body += (body.empty() ? "{\"" : ",\"") + name + "\":\"" + text + '"';
      empty += (empty.empty() ? "{\"" : ",\"") + name + "\":\"" + (name == missing ? "" : text) + '"';
    }
    const std::string words = "the CloudEvent has no \"" + missing + '"';
    CHECK(structured(body + "}").refused.starts_with(words));
    CHECK(structured(empty + "}").refused.starts_with(words));
    CHECK(structured(body + ",\"" + missing + "\":null}").refused.starts_with(words));
  }
}

TEST_CASE("what is wrong with a CloudEvent is said") {
  CHECK(structured(R"({"specversion":"0.3","id":"1","source":"s","type":"t"})").refused ==
        "CloudEvents specversion \"0.3\" is not known: send 1.0");
  CHECK(structured(R"({"specversion":1.0,"id":"1","source":"s","type":"t"})").refused ==
        "the CloudEvent's \"specversion\" is a number, and must be a text");
  CHECK(structured("{" + required + R"(,"subject":{}})").refused ==
        "the CloudEvent's \"subject\" is an object, and must be a text");
  CHECK(structured("{" + required + R"(,"id":"again"})").refused == "id is given twice");
  CHECK(structured("{" + required + R"(,"data":{"a":1,"a":2}})").refused == "label \"a\" is given twice");
  CHECK(structured("{" + required + R"(,"data":{"a.b":1,"a-b":2}})").reason == Reason::duplicate_label);
  CHECK(structured("{" + required + R"(,"time":"noon"})").reason == Reason::bad_time);
  CHECK(structured("[]").reason == Reason::bad_body);
}

// HTTP protocol binding, section 3.1.
TEST_CASE("binary mode: attributes are headers, whatever their case") {
  const std::vector<http::Header> headers = {{"Host", "h"},
                                             {"ce-specversion", "1.0"},
                                             {"Ce-Type", "com.example.someevent"},
                                             {"CE-SOURCE", "/mycontext"},
                                             {"ce-id", "1234-1234-1234"},
                                             {"ce-time", "2018-04-05T17:31:00Z"},
                                             {"ce-subject", "a%20b"},
                                             {"ce-extension", "x"},
                                             {"ce-", "x"},
                                             {"Content-Type", "application/json"}};
  const Read event = binary(headers, R"({"a":1,"value":2})");
  CHECK(event.refused.empty());
  CHECK(event.labels == R"(a="1",source="/mycontext",subject="a b",type="com.example.someevent")");
  CHECK(event.value == 2);
  CHECK(event.time == 1522949460000);
  CHECK(event.id == std::string("/mycontext\0"
                                "1234-1234-1234",
                                25));
  CHECK(binary(headers).labels == R"(source="/mycontext",subject="a b",type="com.example.someevent")");
}

TEST_CASE("binary mode: a header that is missing, doubled or not UTF-8 is refused") {
  const std::vector<http::Header> all = {
      {"ce-specversion", "1.0"}, {"ce-type", "t"}, {"ce-source", "s"}, {"ce-id", "1"}};
  CHECK(binary(all).refused.empty());
  std::vector<http::Header> headers(all.begin(), all.end() - 1);
  CHECK(binary(headers).refused.starts_with("the CloudEvent has no \"id\""));
  headers = all;
  headers.push_back({"Ce-Id", "1"});
  CHECK(binary(headers).refused == "header Ce-Id is given twice");
  headers = all;
  headers.push_back({"ce-subject", "%C0%80"});
  CHECK(binary(headers).refused.starts_with("header ce-subject is not valid UTF-8"));
  CHECK(binary(headers).reason == Reason::bad_utf8);
}

TEST_CASE("the value of a header: unquoted, percent-decoded once, and UTF-8") {
  CHECK(header_value("plain") == "plain");
  CHECK(header_value("Euro%20%E2%82%AC%20%F0%9F%98%80") == "Euro € 😀");  // the specification's
  CHECK(header_value("\"quoted\"") == "quoted");
  CHECK(header_value(R"("a \"b\" \\ c")") == R"(a "b" \ c)");
  CHECK(header_value("\"") == "\"");
  CHECK(header_value("a\\b") == "a\\b");
  CHECK(header_value("%2541") == "%41");
  CHECK(header_value("100%") == "100%");
  CHECK(header_value("5%zz%4") == "5%zz%4");
  CHECK(header_value("\xc3\xa9") == "é");  // what the JavaScript SDK sends
  CHECK(header_value("\xe9") == "not UTF-8");
  CHECK(header_value("%C0%AF") == "not UTF-8");
  CHECK(header_value("%ED%A0%80") == "not UTF-8");
  CHECK(header_value("%FF") == "not UTF-8");
  CHECK(header_value("%00") == std::string(1, '\0'));
  CHECK(header_value("").empty());
}

TEST_CASE("a reader that refused a CloudEvent reads the next one as a new reader does") {
  Reader reader;
  for (int round = 0; round < 3; ++round) {
    CHECK(!reader.structured("{" + required + R"(,"time":"noon"})").refused.empty());
    CHECK(!reader.binary({{"ce-id", "%FF"}}).refused.empty());
    CHECK(reader.structured("{" + required + R"(,"data":{"a":5}})").labels ==
          R"(a="5",source="/mycontext",type="com.example.someevent")");
  }
}

TEST_CASE("a time that is an empty text is none that was left out") {
  CHECK(structured('{' + required + R"(,"time":""})").reason == Reason::bad_time);
  CHECK(structured('{' + required + R"(,"time":null})").time == -1);
  CHECK(binary({{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "s"}, {"ce-type", "t"}, {"ce-time", ""}})
            .reason == Reason::bad_time);
}
