// SPDX-License-Identifier: MIT
#include "base/numbers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

using namespace oneshot;

namespace {

std::string written(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

}  // namespace

TEST_CASE("a number is written in its shortest form") {
  CHECK(written(3) == "3");
  CHECK(written(-42.5) == "-42.5");
  CHECK(written(0.1) == "0.1");
  CHECK(written(0.1 + 0.2) == "0.30000000000000004");
  CHECK(written(1e22) == "1e+22");
  CHECK(written(-0.0) == "-0");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(-std::numeric_limits<double>::max()) == "-1.7976931348623157e+308");
}

TEST_CASE("digits are written with zeros in front, as many as were asked for") {
  const auto digits = [](std::uint64_t number, std::size_t count) {
    std::array<char, 20> to;
    return std::string(to.data(), write_digits(to.data(), number, count));
  };
  CHECK(digits(1'700'000'000'123, 13) == "1700000000123");
  CHECK(digits(9'999'999'999'999, 13) == "9999999999999");
  CHECK(digits(1'000'000'000, 10) == "1000000000");
  CHECK(digits(7, 3) == "007");
  CHECK(digits(70, 3) == "070");
  CHECK(digits(0, 1) == "0");
  CHECK(digits(0, 0).empty());
}

TEST_CASE("what is not finite is written as Prometheus spells it") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(written(infinity) == "+Inf");
  CHECK(written(-infinity) == "-Inf");
  CHECK(written(std::nan("")) == "NaN");
  CHECK(written(-std::nan("")) == "NaN");
}

TEST_CASE("every double reads back as itself") {
  std::mt19937_64 random(8090);
  for (int i = 0; i < 20000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const auto text = written(value);
    CAPTURE(text);
    const auto read = parse_number(text);
    REQUIRE(read);
    REQUIRE(std::bit_cast<std::uint64_t>(*read) == std::bit_cast<std::uint64_t>(value));
  }
}

TEST_CASE("decimal numbers are read with sign, fraction and exponent") {
  CHECK(parse_number("42.5") == 42.5);
  CHECK(parse_number("+1") == 1);
  CHECK(parse_number("-.5e-1") == -0.05);
  CHECK(parse_number("5.") == 5);
  CHECK(parse_number("1E+3") == 1000);
  CHECK(parse_number("007") == 7);
  CHECK(std::signbit(parse_number("-0").value()));
  CHECK(parse_number("0e999") == 0);
  CHECK(parse_number("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(parse_number("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("NaN and Inf are read in any case and with any sign") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const char* const text : {"NaN", "nan", "NAN", "+nan", "-NaN"}) {
    CAPTURE(text);
    REQUIRE(parse_number(text));
    CHECK(std::isnan(*parse_number(text)));
  }
  for (const char* const text : {"Inf", "+inf", "INF", "Infinity", "+INFINITY"}) {
    CAPTURE(text);
    CHECK(parse_number(text) == infinity);
  }
  CHECK(parse_number("-Inf") == -infinity);
  CHECK(parse_number("-infinity") == -infinity);
}

TEST_CASE("what is no whole decimal number is not read") {
  for (const char* const text : {"",    "+",       "-",         ".",   "e5",  "1e",  "1e+",      "1 ",     " 1",
                                 "1,5", "0x10",    "1_000",     "--1", "+-1", "-+1", "1.2.3",    "nan(1)", "nanx",
                                 "in",  "infinit", "infinityy", "1f",  "1d",  "0b1", "\xD9\xA1", "1e5e5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text));
  }
  CHECK_FALSE(parse_number(std::string_view("1\0", 2)));
}

TEST_CASE("numbers that would silently become infinity are not read") {
  for (const char* const text : {"1e999", "-1e999", "1.8e308", "0.0001e330", "1e99999999999999999999", ".1e310"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text));
  }
  CHECK_FALSE(parse_number(std::string(400, '9')));
  CHECK_FALSE(parse_number("0." + std::string(40'000, '0') + "1e40400"));
}

TEST_CASE("numbers that are too small for a double are zero, with their sign") {
  for (const char* const text :
       {"1e-999", "2e-324", "0.0001e-330", "123456e-400", "1e-99999999999999999999", ".1e-400"}) {
    CAPTURE(text);
    CHECK(parse_number(text) == 0);
    CHECK_FALSE(std::signbit(parse_number(text).value()));
    CHECK(std::signbit(parse_number('-' + std::string(text)).value()));
  }
  CHECK(parse_number("0." + std::string(400, '0')) == 0);
  CHECK(parse_number("0." + std::string(400, '0') + "1") == 0);
  CHECK(parse_number(std::string(40'000, '9') + "e-40400") == 0);
  CHECK(parse_number("0e-99999999999999999999") == 0);
  CHECK(parse_number("3e-324") == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("a whole number is read whole, or not at all") {
  CHECK(parse_whole_number("0") == 0);
  CHECK(parse_whole_number("18446744073709551615") == 18446744073709551615U);
  for (const char* const text : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_whole_number(text).has_value());
  }
}

TEST_CASE("the longest number fits into the size that is named for it") {
  std::string text(max_number_size, '?');
  CHECK(write_number(text.data(), -2.2250738585072014e-308) == text.data() + max_number_size);
  CHECK(text == "-2.2250738585072014e-308");
  CHECK(write_number(text.data(), -1.7976931348623157e+308) == text.data() + max_number_size);
  CHECK(write_number(text.data(), 1) == text.data() + 1);
}
