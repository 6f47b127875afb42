// SPDX-License-Identifier: MIT
// The reader of expositions that all other tests trust.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "support/exposition_parser.hpp"

using namespace oneshot;
using namespace std::string_view_literals;

TEST_CASE("the test parser reads families, labels, values and timestamps") {
  const auto parsed = test::parse_exposition(
      "# scraper \"a\", look\n"
      "#\n"
      "# HELP a_total Has \\\\ and \\n and \".\n"
      "# TYPE a_total counter\n"
      "a_total 1\n"
      "a_total{z=\"\",b=\"x\\\"y\\\\z\\nw\",c=\"}, #\"} +Inf\n"
      "# TYPE b:c gauge\n"
      "b:c{l=\"1\"} -1.5e-3 1700000000000\n"
      "b:c{l=\"1\"} NaN 1700000000001\n");
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
  CHECK(parsed->comments.size() == 2);
  REQUIRE(parsed->families.size() == 2);
  const auto& a = parsed->families[0];
  CHECK(a.name == "a_total");
  CHECK(a.type == "counter");
  CHECK(a.help == "Has \\ and \n and \".");
  REQUIRE(a.samples.size() == 2);
  CHECK(a.samples[1].value == std::numeric_limits<double>::infinity());
  CHECK(a.samples[1].labels.front().first == "b");
  CHECK(a.samples[1].label("b") == "x\"y\\z\nw");
  CHECK(a.samples[1].label("c") == "}, #");
  CHECK(a.samples[1].label("z") == "");
  CHECK_FALSE(a.samples[1].label("y"));
  const auto& b = parsed->families[1];
  CHECK(b.samples[0].value == -0.0015);
  CHECK(b.samples[0].timestamp_ms == 1'700'000'000'000);
  CHECK(std::isnan(b.samples[1].value));
  CHECK(parsed->sample("a_total")->value == 1);
  CHECK(parsed->sample("a_total", {{"z", ""}}) == nullptr);
  CHECK(parsed->sample("nothing") == nullptr);
}

TEST_CASE("the test parser reads an empty exposition, and values with NUL and all of UTF-8") {
  CHECK(test::parse_exposition("").has_value());
  const auto parsed = test::parse_exposition("m{a=\"\0\x7f\xC2\x80\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\"} 1\n"sv);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
  CHECK(parsed->families[0].samples[0].label("a") == "\0\x7f\xC2\x80\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"sv);
}

TEST_CASE("the test parser refuses what Prometheus refuses, and what would lose samples") {
  for (const std::string_view text : {
           "m 1"sv,                                  // no newline at the end
           "\n"sv,                                   // an empty line
           " m 1\n"sv,                               // blanks
           "m  1\n"sv,                               //
           "m 1 \n"sv,                               //
           "m 1  2\n"sv,                             //
           "m 1 2 3\n"sv,                            //
           "m{a=\"b\"}1\n"sv,                        //
           "m{a=\"b\" } 1\n"sv,                      //
           "m{ a=\"b\"} 1\n"sv,                      //
           "m\n"sv,                                  // no value
           "m \n"sv,                                 //
           "m{a=\"b\"}\n"sv,                         //
           "1m 1\n"sv,                               // names
           "m-n 1\n"sv,                              //
           "\xC3\xBC 1\n"sv,                         //
           "m{a-b=\"c\"} 1\n"sv,                     //
           "m{1a=\"c\"} 1\n"sv,                      //
           "m{a:b=\"c\"} 1\n"sv,                     //
           "m{=\"c\"} 1\n"sv,                        //
           "m{__name__=\"c\"} 1\n"sv,                //
           "m{a=\"1\",a=\"2\"} 1\n"sv,               // a label name twice
           "m{a=\"1\",b=\"\",a=\"1\"} 1\n"sv,        //
           "m{} 1\n"sv,                              // the shape of a label set
           "m{a=\"1\",} 1\n"sv,                      //
           "m{a=\"1\"b=\"2\"} 1\n"sv,                //
           "m{a=\"1\",,b=\"2\"} 1\n"sv,              //
           "m{a} 1\n"sv,                             //
           "m{a=1} 1\n"sv,                           //
           "m{a='1'} 1\n"sv,                         //
           "m{a=\"1\" 1\n"sv,                        //
           "m{a=\"1} 1\n"sv,                         // a value ending in a backslash eats the quote
           "m{a=\"1\\\"} 1\n"sv,                     //
           "m{a=\"\\t\"} 1\n"sv,                     // escapes
           "m{a=\"\\x41\"} 1\n"sv,                   //
           "m{a=\"1\n\"} 1\n"sv,                     // a raw newline
           "m{a=\"\xFF\"} 1\n"sv,                    // UTF-8
           "m{a=\"\xC0\x80\"} 1\n"sv,                //
           "m{a=\"\xE0\x9F\xBF\"} 1\n"sv,            //
           "m{a=\"\xED\xA0\x80\"} 1\n"sv,            //
           "m{a=\"\xF0\x8F\xBF\xBF\"} 1\n"sv,        //
           "m{a=\"\xF4\x90\x80\x80\"} 1\n"sv,        //
           "m{a=\"\xF8\x88\x80\x80\x80\"} 1\n"sv,    //
           "m{a=\"\xC3\"} 1\n"sv,                    //
           "m{a=\"\x80\"} 1\n"sv,                    //
           "m abc\n"sv,                              // numbers
           "m 1,5\n"sv,                              //
           "m 0x10\n"sv,                             //
           "m 1_000\n"sv,                            //
           "m 1e\n"sv,                               //
           "m --1\n"sv,                              //
           "m 1e999\n"sv,                            //
           "m +NaN\n"sv,                             //
           "m nan(1)\n"sv,                           //
           "m 1 -1\n"sv,                             // timestamps
           "m 1 1.5\n"sv,                            //
           "m 1 99999999999999999999\n"sv,           //
           "m 1 x\n"sv,                              //
           "m\0 1\n"sv,                              // NUL where it may not be
           "# a\0b\n"sv,                             //
           "# a\xFF\n"sv,                            //
           "# TYPE m histogram\n"sv,                 // families
           "# TYPE m\n"sv,                           //
           "# TYPE m gauge \n"sv,                    //
           "# TYPE m gauge\n# TYPE m gauge\n"sv,     //
           "# HELP m a\n# HELP m b\n"sv,             //
           "# HELP m a\\tb\n"sv,                     //
           "# HELP m \xFF\n"sv,                      //
           "m 1\n# TYPE m gauge\n"sv,                //
           "m 1\n# HELP m late\n"sv,                 //
           "m{a=\"1\"} 1\nn 1\nm{a=\"2\"} 1\n"sv,    // a family in two places
           "m 1\nm 1\n"sv,                           // a series twice
           "m{a=\"1\"} 1\nm{a=\"1\",b=\"\"} 1\n"sv,  //
           "m{a=\"1\",b=\"2\"} 1\nm{b=\"2\",a=\"1\"} 2\n"sv,
           "m 1 5\nm 1 5\n"sv,
           "m 1 5\nm 1 4\n"sv,
           "m{a=\"1\"} 1 5\nm 1\n"sv,  // some with a timestamp
       }) {
    CAPTURE(text);
    CHECK_FALSE(test::parse_exposition(text).has_value());
  }
}

TEST_CASE("the test parser says where the fault is") {
  CHECK(test::parse_exposition("a 1\nb{c=\"1\"} x\n").error() == "line 2: not a number before \"x\"");
}
