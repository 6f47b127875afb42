// SPDX-License-Identifier: MIT
// What must hold for any parameters: the parser agrees with a slow and simple model of the rules, and what it
// takes renders to a line that a strict parser reads back as it was meant.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "exposition/text_format.hpp"
#include "support/exposition_parser.hpp"
#include "unit/event/form.hpp"

using namespace oneshot;

namespace {

struct Meant {
  std::map<std::string, std::string> labels;
  std::optional<double> value;
  std::optional<std::int64_t> unix_ms;
};

std::optional<std::string> model_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const std::string digits(text.substr(i + 1, 2));
      if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) return {};
      out += static_cast<char>(std::strtoul(digits.c_str(), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

std::optional<double> model_number(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ' && (i == 0 || text[i - 1] == 'e' || text[i - 1] == 'E')) text[i] = '+';
    if (text[i] >= 'A' && text[i] <= 'Z') text[i] = static_cast<char>(text[i] + 32);
  }
  const std::string bare = text.substr(text.starts_with('+') || text.starts_with('-') ? 1 : 0);
  if (bare == "nan" || bare == "inf" || bare == "infinity") return std::strtod(text.c_str(), nullptr);
  if (bare.empty() || bare.find_first_not_of("0123456789.e+-") != bare.npos) return {};
  if (bare.find_first_of("0123456789.") != 0) return {};
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size()) return {};
  if (std::isinf(value)) return {};
  return value;
}

/// Seconds, with or without decimals; no date is made of the pieces below.
std::optional<std::int64_t> model_time(const std::string& text) {
  constexpr std::string_view digits = "0123456789";
  const std::size_t point = text.find('.');
  const std::string whole = text.substr(0, point);
  const std::string decimals = point == text.npos ? "0" : text.substr(point + 1);
  for (const std::string& part : {whole, decimals})
    if (part.empty() || part.find_first_not_of(digits) != part.npos) return {};
  if (std::strtod(whole.c_str(), nullptr) > 253'402'300'799.0) return {};
  return std::stoll(whole) * 1000 + std::stoll((decimals + "00").substr(0, 3));
}

bool model_name(const std::string& name) {
  constexpr std::string_view allowed = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return !name.empty() && name.find_first_not_of(allowed) == name.npos && !(name[0] >= '0' && name[0] <= '9') &&
         !name.starts_with("__");
}

/// Valid UTF-8 is what reads back through the strict parser, which has a decoder of its own.
bool model_utf8(const std::string& text) {
  std::string comment = "# ";
  for (const char c : text) {
    if (c != '\0' && c != '\n') comment += c;
  }
  return test::parse_exposition(comment + "\n").has_value();
}

std::optional<Meant> model(std::string_view query, std::string_view form) {
  Meant meant;
  while (!form.empty() && (form.back() == '\n' || form.back() == '\r')) form.remove_suffix(1);
  if (form.find_first_of("\r\n") != form.npos) return {};
  if (form.substr(0, 1) == "{" || form.substr(0, 1) == "[") return {};
  std::string all = std::string(query) + '&' + std::string(form) + '&';
  std::map<std::string, std::string> seen;
  while (!all.empty()) {
    const std::string one = all.substr(0, all.find('&'));
    all.erase(0, one.size() + 1);
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    auto name = model_decode(one.substr(0, equals));
    if (equals == one.npos) return {};
    auto value = model_decode(one.substr(equals + 1));
    if (!name || !value) return {};
    if (*name == "ttl" || *name == "timestamp") return {};
    if (*name == "time") {
      if (meant.unix_ms) return {};
      meant.unix_ms = model_time(*value);
      if (!meant.unix_ms) return {};
      continue;
    }
    if (*name == "value") {
      if (meant.value) return {};
      while (!value->empty() && value->back() == ' ' && one.back() != '+') value->pop_back();
      meant.value = model_number(*value);
      if (!meant.value) return {};
      continue;
    }
    for (char& c : *name) c = c == ' ' ? '_' : c;
    if (!model_name(*name) || !model_utf8(*value)) return {};
    if (!seen.emplace(*name, *value).second) return {};
    if (!value->empty()) meant.labels.emplace(*name, *value);
  }
  if (meant.labels.empty()) return {};
  return meant;
}

using Random = std::mt19937_64;

template <std::size_t N>
std::string pick_some(Random& random, const std::array<std::string_view, N>& pieces, std::size_t most) {
  std::string out;
  for (std::size_t n = random() % (most + 1); n > 0; --n) out += pieces[random() % N];
  return out;
}

std::string random_parameters(Random& random) {
  static constexpr std::array<std::string_view, 18> names = {"a", "b",   "c", "d",  "e",   "f",   "A",    "_",    "_a",
                                                             "+", "%20", "1", "9z", "job", "%61", "%C3a", "__a_", "-"};
  static constexpr std::array<std::string_view, 24> values = {
      "x",   "y", "%22",    "%5C", "%5c%22", "%0A", "%0a%0D",   "%00",    "ü",   "%C3%BC",       "%e2%82%ac",
      "+",   "=", "%26%3D", "{}",  "\",b=",  "\\",  "\xC3\xBC", "%E2%82", "%FF", "%F0%9F%94%A5", "%",
      "%7F", ";"};
  static constexpr std::array<std::string_view, 16> numbers = {"1",   "0",   "5", ".",   "e",   "E",   "+",   "-",
                                                               "%2B", "%20", "9", "nan", "InF", "1e5", "%31", "0x"};
  std::string out;
  for (std::size_t n = random() % 5; n > 0; --n) {
    if (random() % 20 == 0) {
      static constexpr std::array<std::string_view, 4> others = {"time=", "ttl=", "timestamp=", "t%69me="};
      out += others[random() % 4];  // a statement for each, so that every compiler's sequence is the same
      out += pick_some(random, numbers, 4);
    } else if (random() % 5 == 0) {
      out += "value=" + pick_some(random, numbers, 4);
    } else {
      // Mostly what is let through, so that the long way is walked as well.
      const bool tame = random() % 4 != 0;
      out += tame ? std::string(names[random() % 10]) : pick_some(random, names, 3);
      if (random() % 8 != 0) out += '=';
      out += tame ? std::string(values[random() % 18]) : pick_some(random, values, 5);
    }
    if (n > 1 || random() % 8 == 0) out += '&';
  }
  return out;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

TEST_CASE("for random parameters the parser and the model agree, and every event reads back as it was meant") {
  Random random(20240601);
  event::test::Form parser(16384);
  int taken = 0;
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string query = random_parameters(random);
    static constexpr std::array<std::string_view, 8> line_ends = {"", "", "", "", "", "\n", "\r\n", "\na=1"};
    std::string form = random() % 2 == 0 ? random_parameters(random) : "";
    form += line_ends[random() % line_ends.size()];
    CAPTURE(query);
    CAPTURE(form);
    const auto event = parser.parse(query, form);
    const auto meant = model(query, form);
    REQUIRE_MESSAGE(event.has_value() == meant.has_value(), (event.has_value() ? "" : event.error().message));
    if (!event) {
      ++refused;
      REQUIRE_FALSE(event.error().message.empty());
      continue;
    }
    ++taken;
    std::string line;
    exposition::text_format().append_sample(line, "m", {event->labels}, event->value, 1'700'000'000'000 + round);
    const auto parsed = test::parse_exposition(line);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
    const auto& sample = parsed->families.at(0).samples.at(0);
    REQUIRE(sample.labels == decltype(sample.labels)(meant->labels.begin(), meant->labels.end()));
    REQUIRE(event->value_given == meant->value.has_value());
    REQUIRE(event->sent_unix_ms == meant->unix_ms);
    REQUIRE(same(sample.value, meant->value.value_or(1)));
    REQUIRE(sample.timestamp_ms == 1'700'000'000'000 + round);
  }
  // Both ways were walked often.
  CHECK(taken > 3000);
  CHECK(refused > 3000);
}

TEST_CASE("the order of the parameters makes no other series") {
  Random random(7);
  event::test::Form one(16384);
  event::test::Form other(16384);
  for (int round = 0; round < 200; ++round) {
    std::array<std::string, 6> parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      parameters[i] = "l" + std::to_string(i * 7 % 6) + "=" + std::to_string(random() % 10);
    }
    const auto join = [&parameters] {
      std::string out;
      for (const std::string& p : parameters) out += p + '&';
      return out;
    };
    const std::string ordered = join();
    std::shuffle(parameters.begin(), parameters.end(), random);
    const auto first = one.parse(ordered, {});
    const auto second = other.parse({}, join());
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK(first->labels == second->labels);
  }
}

TEST_CASE("random bytes never make a line that does not parse") {
  Random random(99);
  event::test::Form parser(16384);
  static constexpr std::string_view alphabet = "a_%&=+\"\\{},\n0123456789abcdefABCDEF\xC3\xBC\xFF\x80 ";
  for (int round = 0; round < 20000; ++round) {
    std::string query;
    for (std::size_t n = random() % 24; n > 0; --n) query += alphabet[random() % alphabet.size()];
    CAPTURE(query);
    const auto event = parser.parse(query, {});
    if (!event) continue;
    std::string line;
    exposition::text_format().append_sample(line, "events_to_metrics", {event->labels}, event->value);
    const auto parsed = test::parse_exposition(line);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
    REQUIRE(parsed->families.at(0).samples.size() == 1);
  }
}
