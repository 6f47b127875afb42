// SPDX-License-Identifier: MIT
// One poisoned line fails the whole scrape with everything in it, and again each time it is sent. So for each
// kind of line that Prometheus refuses: parameters that would make it, and what becomes of them.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "exposition/text_format.hpp"
#include "support/exposition_parser.hpp"
#include "unit/event/form.hpp"

using namespace oneshot;
using namespace std::string_view_literals;

namespace {

struct Hostile {
  std::string_view what;
  std::string_view query;
  std::string_view form;
  std::string_view line;  ///< empty: refused
};

constexpr Hostile table[] = {
    {"a bad label name", "a-b=1", "", ""},
    {"a label name that begins with a digit", "1st=1", "", ""},
    {"a label name with a colon", "a:b=1", "", ""},
    {"a label name in another script", "%D0%B0=1", "", ""},
    {"a label name that closes the braces", "a%7D=1", "", ""},
    {"a label name that ends the line", "a%3D%221%22%7D+1%0Aup=1", "", ""},
    {"an empty label name", "=1", "", ""},
    {"the metric's own name as a label", "__name__=up", "", ""},
    {"an internal label", "__address__=evil", "", ""},
    {"an internal label by way of blanks", "%20%20name__=up", "", ""},
    {"a label twice", "a=1&a=2", "", ""},
    {"a label twice, the same", "a=1&a=1", "", ""},
    {"a label in query and body", "a=1", "a=2", ""},
    {"a label twice, encoded otherwise", "a=1&%61=2", "", ""},
    {"two labels that become equal", "a+b=1&a_b=2", "", ""},
    {"two labels that become equal, one empty", "a%20b=&a_b=2", "", ""},
    {"a bare continuation byte", "a=%80", "", ""},
    {"a cut character", "a=%E2%82", "", ""},
    {"an overlong slash", "a=%C0%AF", "", ""},
    {"a surrogate", "a=%ED%A0%80", "", ""},
    {"beyond the last code point", "a=%F4%90%80%80", "", ""},
    {"a Latin-1 byte as it is", "a=\xFC", "", ""},
    {"a broken escape", "a=%G1", "", ""},
    {"a value of another kind", "a=1&value=0x1p-2", "", ""},
    {"a value with digit separators", "a=1&value=1_000", "", ""},
    {"a value that is too large", "a=1&value=1e400", "", ""},
    {"a value with a line behind it", "a=1&value=1%0Aup+0", "", ""},
    {"a value with a timestamp behind it", "a=1&value=1+1700000000000", "", ""},
    {"two values", "a=1&value=1", "value=2", ""},
    {"no value", "a=1&value=", "", ""},
    {"a line behind the form", "a=1", "b=2\nup 0", ""},
    {"a line behind a name", "a=1", "b\n=2", ""},
    {"JSON as a form", "a=1", "{\"b\":\"c=d\"}", ""},
    {"half a text", "a=1", "b=x & y", ""},
    {"a label that is another one for each event", "a=1&timestamp=1700000000000", "", ""},
    {"a time that is none", "a=1&time=1700000000 1", "", ""},
    {"nothing at all", "", "", ""},
    {"nothing but separators", "&&&", "&", ""},
    {"nothing but a value", "value=1", "", ""},
    {"nothing but an empty label", "a=", "", ""},

    {"a signed NaN", "a=1&value=-NaN", "", "m{a=\"1\"} NaN\n"},
    {"infinity", "a=1&value=-INF", "", "m{a=\"1\"} -Inf\n"},
    {"infinity in full", "a=1&value=-infinity", "", "m{a=\"1\"} -Inf\n"},
    {"a value that is too small", "a=1&value=-1e-400", "", "m{a=\"1\"} -0\n"},
    {"a value in a backslash's place", "a=%5C", "", "m{a=\"\\\\\"} 1\n"},
    {"a value ending in a backslash", "a=C:%5Cdir%5C&b=1", "", "m{a=\"C:\\\\dir\\\\\",b=\"1\"} 1\n"},
    {"a value that closes its quotes", "a=x%22%7D+5%0Aup+0%0A", "", "m{a=\"x\\\"} 5\\nup 0\\n\"} 1\n"},
    {"a backslash before an n", "a=%5Cn", "", "m{a=\"\\\\n\"} 1\n"},
    {"a backslash before a quote", "a=%5C%22", "", "m{a=\"\\\\\\\"\"} 1\n"},
    {"a carriage return", "a=x%0D%0Ay", "", "m{a=\"x\r\\ny\"} 1\n"},
    {"a comment in a value", "a=%0A%23%20EOF", "", "m{a=\"\\n# EOF\"} 1\n"},
    {"braces and commas in a value", "a=%7Bb%3D%22c%22,%7D", "", "m{a=\"{b=\\\"c\\\",}\"} 1\n"},
    {"NUL in a value", "a=%00x%00", "", "m{a=\"\0x\0\"} 1\n"sv},
    {"a noncharacter", "a=%EF%BF%BF", "", "m{a=\"\xEF\xBF\xBF\"} 1\n"},
    {"a byte order mark", "a=%EF%BB%BF", "", "m{a=\"\xEF\xBB\xBF\"} 1\n"},
    {"an empty label", "a=&b=1", "", "m{b=\"1\"} 1\n"},
    {"labels that the target has as well", "job=x", "instance=y", "m{instance=\"y\",job=\"x\"} 1\n"},
    {"labels of histograms and summaries", "le=x&quantile=y", "", "m{le=\"x\",quantile=\"y\"} 1\n"},
};

}  // namespace

TEST_CASE("hostile parameters are refused or harmless") {
  event::test::Form parser(16384);
  for (const Hostile& hostile : table) {
    CAPTURE(hostile.what);
    const auto event = parser.parse(hostile.query, hostile.form);
    REQUIRE(event.has_value() == !hostile.line.empty());
    if (!event) continue;
    std::string line;
    exposition::text_format().append_sample(line, "m", {event->labels}, event->value);
    CHECK(line == hostile.line);
    const auto parsed = test::parse_exposition(line);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
  }
}

TEST_CASE("hostile names that are replaced are harmless") {
  constexpr Hostile replaced[] = {
      {"the metric's own name", "__name__=up", "", "m{_name__=\"up\"} 1\n"},
      {"a name that ends the line", "a%7D+1%0Aup=1", "", "m{a__1_up=\"1\"} 1\n"},
      {"no UTF-8", "%FF%22=1", "", "m{_=\"1\"} 1\n"},
      {"another script", "%D0%B0=1", "", "m{_=\"1\"} 1\n"},
      {"a digit", "1=1", "", "m{_1=\"1\"} 1\n"},
      {"a brace", "%7B=1", "", "m{_=\"1\"} 1\n"},
  };
  event::test::Form parser(16384);
  parser.builder.use({.label_names = event::LabelNames::replace});
  for (const Hostile& hostile : replaced) {
    CAPTURE(hostile.what);
    const auto event = parser.parse(hostile.query, {});
    REQUIRE_MESSAGE(event.has_value(), event.error().message);
    std::string line;
    exposition::text_format().append_sample(line, "m", {event->labels}, event->value);
    CHECK(line == hostile.line);
    CHECK(test::parse_exposition(line).has_value());
  }
}

TEST_CASE("thousands of labels are sorted in no time, and found twice at both ends") {
  event::test::Form parser(64 * 1024);
  std::string query;
  for (int i = 0; i < 8000; ++i) query += "l" + std::to_string(i * 7919 % 8000) + "=x&";
  const auto event = parser.parse(query, {});
  REQUIRE_MESSAGE(event.has_value(), event.error().message);
  std::string line;
  exposition::text_format().append_sample(line, "m", {event->labels}, event->value);
  const auto parsed = test::parse_exposition(line);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
  CHECK(parsed->families.at(0).samples.at(0).labels.size() == 8000);
  CHECK(parser.parse(query, "l0=x").error().message == "label \"l0\" is given twice");
  CHECK(parser.parse("l7999=", query).error().message == "label \"l7999\" is given twice");
}
