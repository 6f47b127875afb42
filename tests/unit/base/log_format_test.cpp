// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "base/log.hpp"

using namespace oneshot;
using log::Level;

namespace {

/// What a field's value looks like in a line for the journal.
std::string shown(const log::Field& field) {
  const std::string line = log::format(Level::info, "m", {field}, true, 0);
  const std::string before = "<6>level=info msg=\"m\" k=";
  REQUIRE(line.starts_with(before));
  REQUIRE(line.ends_with('\n'));
  return line.substr(before.size(), line.size() - before.size() - 1);
}

}  // namespace

TEST_CASE("a line has time, level, message and fields in this order") {
  const log::Field scraper("scraper", "10.0.0.7");
  const log::Field events("events", 3);
  CHECK(log::format(Level::warn, "events lost", {scraper, events}, false, 1'700'000'000'007) ==
        "ts=2023-11-14T22:13:20.007Z level=warn msg=\"events lost\" scraper=10.0.0.7 events=3\n");
  CHECK(log::format(Level::info, "x", {}, false, 951'827'696'999) ==
        "ts=2000-02-29T12:34:56.999Z level=info msg=\"x\"\n");
}

TEST_CASE("the journal gets the level as a priority and keeps the time itself") {
  CHECK(log::format(Level::error, "x", {}, true, 0) == "<3>level=error msg=\"x\"\n");
  CHECK(log::format(Level::warn, "x", {}, true, 0) == "<4>level=warn msg=\"x\"\n");
  CHECK(log::format(Level::info, "x", {}, true, 0) == "<6>level=info msg=\"x\"\n");
  CHECK(log::format(Level::debug, "x", {}, true, 0) == "<7>level=debug msg=\"x\"\n");
}

TEST_CASE("a value is quoted where logfmt needs it") {
  CHECK(shown({"k", "plain-text_1.5:/x"}) == "plain-text_1.5:/x");
  CHECK(shown({"k", "世界"}) == "世界");
  CHECK(shown({"k", ""}) == "\"\"");
  CHECK(shown({"k", "a b"}) == "\"a b\"");
  CHECK(shown({"k", "a=b"}) == "\"a=b\"");
  CHECK(shown({"k", "say \"x\""}) == R"("say \"x\"")");
  CHECK(shown({"k", "C:\\x"}) == R"("C:\\x")");
}

TEST_CASE("no value can start a line of its own or reach the terminal") {
  CHECK(shown({"k", "a\nlevel=error"}) == R"("a\nlevel=error")");
  CHECK(shown({"k", "a\tb"}) == R"("a\tb")");
  CHECK(shown({"k", "\x1B[2J\r"}) == R"("\x1B[2J\x0D")");
  CHECK(shown({"k", "\xFF\xC3"}) == R"("\xFF\xC3")");
  CHECK(shown({"k", std::string_view("\0", 1)}) == R"("\x00")");
  CHECK(log::format(Level::info, "a\n\"b\"", {}, true, 0) == "<6>level=info msg=\"a\\n\\\"b\\\"\"\n");
}

TEST_CASE("numbers are written in full and in their shortest form") {
  CHECK(shown({"k", -7}) == "-7");
  CHECK(shown({"k", std::numeric_limits<std::uint64_t>::max()}) == "18446744073709551615");
  CHECK(shown({"k", 0.1}) == "0.1");
  CHECK(shown({"k", 2.0}) == "2");
  CHECK(shown({"k", std::numeric_limits<double>::infinity()}) == "+Inf");
}

TEST_CASE("a line is never longer than 4,096 bytes, and stays a line of logfmt") {
  const std::string bytes(8000, '\xFF');
  std::string umlauts;
  for (int i = 0; i < 4000; ++i) umlauts += "ü";
  const std::string plain(8000, 'x');
  for (const std::string& text : {bytes, umlauts, plain}) {
    for (std::size_t skipped = 0; skipped < 8; ++skipped) {
      const auto value = text.substr(skipped * (text == umlauts ? 2 : 1));
      const std::string padded = std::string(skipped, 'p');
      const auto in_message = log::format(Level::info, padded + value, {{"k", 1}}, false, 0);
      CHECK(in_message.size() <= 4096);
      CHECK(in_message.size() > 4096 - 12);
      CHECK(in_message.ends_with("…\"\n"));
      const auto in_field = log::format(Level::info, padded, {{"k", value}, {"after", 1}}, false, 0);
      CHECK(in_field.size() <= 4096);
      CHECK(in_field.size() > 4096 - 12);
      CHECK((in_field.ends_with("…\"\n") || in_field.ends_with("x…\n")));
      CHECK(in_field.find("after") == std::string::npos);
    }
  }
}

TEST_CASE("fields that find no room at all leave a mark") {
  for (std::size_t size = 4000; size < 4100; ++size) {
    const auto line = log::format(Level::info, std::string(size, 'm'), {{"some_key", "v"}}, true, 0);
    CAPTURE(size);
    CHECK(line.size() <= 4096);
    CHECK((line.ends_with(" some_key=v\n") || line.ends_with("\" …\n") || line.ends_with("m…\"\n")));
  }
}

TEST_CASE("as JSON a line has the same, with numbers as numbers") {
  const log::Field scraper("scraper", "prom-a");
  const log::Field events("events", 3);
  const log::Field seconds("seconds", 0.5);
  const log::Field never("never", std::numeric_limits<double>::infinity());
  CHECK(log::format(Level::warn, "events lost", {scraper, events, seconds, never}, false, 1'700'000'000'007,
                    log::Format::json) ==
        "{\"ts\":\"2023-11-14T22:13:20.007Z\",\"level\":\"warn\",\"msg\":\"events lost\",\"scraper\":\"prom-a\","
        "\"events\":3,\"seconds\":0.5,\"never\":\"+Inf\"}\n");
  CHECK(log::format(Level::error, "x", {}, true, 0, log::Format::json) == "<3>{\"level\":\"error\",\"msg\":\"x\"}\n");
}

TEST_CASE("as JSON no value can end its string, and what is no UTF-8 is replaced") {
  const auto value = [](std::string_view text) {
    const std::string line = log::format(Level::info, "m", {{"k", text}}, true, 0, log::Format::json);
    const std::string before = "<6>{\"level\":\"info\",\"msg\":\"m\",\"k\":\"";
    REQUIRE(line.starts_with(before));
    REQUIRE(line.ends_with("\"}\n"));
    return line.substr(before.size(), line.size() - before.size() - 3);
  };
  CHECK(value("say \"x\" \\ 世界") == R"(say \"x\" \\ 世界)");
  CHECK(value("a\n\t\x1B\x7F") == "a\\n\\t\\u001b\\u007f");
  CHECK(value("\xFF\xC3") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(value(std::string_view("\0", 1)) == "\\u0000");
  CHECK(value("") == "");
}

TEST_CASE("a line of JSON is never longer than 4,096 bytes, and whole JSON") {
  for (std::size_t size = 3900; size < 4200; ++size) {
    for (const char* const unit : {"x", "\"", "\xFF", "\x01"}) {
      std::string message;
      while (message.size() < size) message += unit;
      CAPTURE(size);
      const auto in_message = log::format(Level::info, message, {{"n", 12345}, {"k", "v"}}, true, 0, log::Format::json);
      CHECK(in_message.size() <= 4096);
      CHECK(in_message.ends_with("}\n"));
      const auto in_field = log::format(Level::info, "m", {{"k", message}, {"n", 1}}, false, 0, log::Format::json);
      CHECK(in_field.size() <= 4096);
      CHECK((in_field.ends_with("…\"}\n") || in_field.ends_with(",\"n\":1}\n") || in_field.ends_with("\"}\n")));
    }
  }
}
