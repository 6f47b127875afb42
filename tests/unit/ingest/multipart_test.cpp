// SPDX-License-Identifier: MIT
#include "ingest/multipart.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace oneshot;  // NOLINT(google-build-using-namespace)
using event::Reason;
using ingest::header_parameter;

namespace {

constexpr std::string_view usual_type = "multipart/form-data; boundary=B";

struct Read {
  std::string labels;
  double value = 0;
  std::string refused;
  Reason reason{};
};

Read read(std::string_view body, std::string_view type = usual_type) {
  event::EventBuilder builder(16384);
  ingest::Multipart reader(builder);
  builder.begin();
  const auto taken = reader.take(type, body);
  auto event = taken ? builder.finish() : Result<event::Event, event::Rejection>(Unexpected{taken.error()});
  if (!event) return {{}, 0, event.error().message, event.error().reason};
  return {std::string(event->labels), event->value, {}, {}};
}

std::string part(std::string_view disposition, std::string_view text, std::string_view more_headers = "") {
  return std::string("--B\r\nContent-Disposition: form-data; ")
             .append(disposition)
             .append("\r\n")
             .append(more_headers) +
         "\r\n" + std::string(text) + "\r\n";
}

std::string field(const std::string& name, std::string_view text) { return part("name=\"" + name + '"', text); }

const std::string end = "--B--\r\n";

std::string parameter(std::string_view parameters, std::string_view name) {
  std::string out;
  return header_parameter(parameters, name, out) ? out : "none";
}

}  // namespace

TEST_CASE("what curl -F sends") {
  const std::string boundary = "------------------------d74496d66958873e";
  const std::string body = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\ndeploy\r\n--" +
                           boundary + "\r\nContent-Disposition: form-data; name=\"value\"\r\n\r\n4.5\r\n--" + boundary +
                           "--\r\n";
  const Read event = read(body, "multipart/form-data; boundary=" + boundary);
  CHECK(event.refused.empty());
  CHECK(event.labels == R"(type="deploy")");
  CHECK(event.value == 4.5);
}

TEST_CASE("fields in other spellings") {
  CHECK(read("--B\r\ncontent-disposition:form-data;name=type\r\n\r\nx\r\n--B--").labels == R"(type="x")");
  CHECK(
      read("--B  \r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: Form-Data ; name = \"a\"\r\n\r\nx"
           "\r\n--B--")
          .labels == R"(a="x")");
  CHECK(read("preamble\r\n" + field("a", "x") + end + "epilogue").labels == R"(a="x")");
  CHECK(read(field("a", "x") + end, "Multipart/Form-Data; charset=utf-8; Boundary=\"B\"").labels == R"(a="x")");
  CHECK(read(part("name=\"a\"", "x", "Content-Transfer-Encoding: 8bit\r\n") + end).labels == R"(a="x")");
}

TEST_CASE("a field's text is what stands between the lines, line ends at its end apart") {
  CHECK(read(field("a", "x\r\ny&z=%41+ \"") + end).labels == "a=\"x\r\\ny&z=%41+ \\\"\"");
  CHECK(read(field("a", "x\n") + end).labels == R"(a="x")");
  CHECK(read(field("a", "x\r\n\r\n") + end).labels == R"(a="x")");
  CHECK(read(field("a", "x --B--") + field("b", "-B\n--B") + end).labels == "a=\"x --B--\",b=\"-B\\n--B\"");
  CHECK(read(field("a", "") + field("b", "x") + end).labels == R"(b="x")");
  CHECK(read(field("a", "\xc3\xa9") + end).labels == "a=\"é\"");
}

TEST_CASE("the rules of parameters hold for fields") {
  CHECK(read(field("a", "x") + field("a", "y") + end).reason == Reason::duplicate_label);
  CHECK(read(field("a-b", "x") + end).reason == Reason::bad_label_name);
  CHECK(read(field("", "x") + end).reason == Reason::bad_label_name);
  CHECK(read(field("a", "\xff") + end).reason == Reason::bad_utf8);
  CHECK(read(field("value", "five") + end).reason == Reason::bad_value);
  CHECK(read(field("ttl", "5") + end).refused.find("ttl is no label") != std::string::npos);
  CHECK(read(end).reason == Reason::no_labels);
}

TEST_CASE("a file is refused, with what to write") {
  const Read file = read(part("name=\"log\"; filename=\"build.log\"", "x", "Content-Type: text/plain\r\n") + end);
  CHECK(file.reason == Reason::bad_body);
  CHECK(file.refused ==
        "field \"log\" is a file (\"build.log\"): only texts are label values (curl: -F 'name=<file' sends what is in "
        "it)");
  CHECK(!read(part("name=\"a\"; filename=\"\"", "") + end).refused.empty());
  CHECK(!read(part("name=\"a\"; filename*=UTF-8''x", "y") + end).refused.empty());
}

TEST_CASE("bad boundaries and parts are refused, in words") {
  const std::string begin = "the body is not valid multipart/form-data: ";
  const auto says = [&](const Read& event, std::string_view words) {
    CHECK(event.reason == Reason::bad_body);
    CHECK_MESSAGE(event.refused.starts_with(begin + std::string(words)), event.refused);
  };
  says(read(field("a", "x") + end, "multipart/form-data"), "the Content-Type has no boundary");
  says(read(field("a", "x") + end, "multipart/form-data; boundary="), "the Content-Type has no boundary");
  says(read(field("a", "x") + end, "multipart/form-data; boundary=\"\""), "the Content-Type has no boundary");
  says(read(field("a", "x") + end, "multipart/form-data; boundary=" + std::string(71, 'x')), "the boundary has more");
  says(read(field("a", "x") + end, "multipart/form-data; boundary=C"), "no line is --C");
  says(read("--B\nContent-Disposition: form-data; name=\"a\"\n\nx\n--B--\n"), "its lines end in LF alone");
  says(read(" --B--"), "no line is --B");
  says(read(""), "no line is --B");
  says(read(field("a", "x")), "it ends before its last line, --B--");
  says(read("--B"), "it ends before");
  says(read("--B\r\n"), "it ends before");
  says(read("--Bx\r\n\r\nx\r\n--B--"), "it ends before");
  says(read(field("a", "x\r\n--Bx") + end), "it ends before");
  says(read("--B\r\n--B--"), "a part has no empty line");
  says(read("--B\r\nContent-Disposition: form-data; name=a\r\nx\r\n--B--"), "a part has no empty line");
  says(read("--B\r\n\r\nx\r\n--B--"), "a part has no name");
  says(read(part("nam=\"a\"", "x") + end), "a part has no name");
  says(read("--B\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--B--"), "a part is not form-data");
  says(read("--B\r\nContent-Disposition\r\n\r\nx\r\n--B--"), "a part has a header without a colon");
  says(read(part("name=\"a\"", "eA==", "Content-Transfer-Encoding: base64\r\n") + end), "field \"a\" has a Content-");
}

TEST_CASE("parameters of a header") {
  CHECK(parameter("; name=\"a\"; filename=\"b\"", "filename") == "b");
  CHECK(parameter("name=a", "NAME") == "a");
  CHECK(parameter("; x; name=\"a;b=\\\"c\\\\\"", "name") == "a;b=\"c\\");
  CHECK(parameter("name=\"C:\\dir\"", "name") == "C:\\dir");
  CHECK(parameter("name=\"open", "name") == "open");
  CHECK(parameter("name=\"", "name").empty());
  CHECK(parameter(";;;", "name") == "none");
  CHECK(parameter("", "name") == "none");
  CHECK(parameter("nam=e", "name") == "none");
  CHECK(parameter("x=\"a\"y; name=b", "name") == "b");
}
