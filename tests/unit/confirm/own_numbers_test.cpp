// SPDX-License-Identifier: MIT
#include "confirm/own_numbers.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)

namespace {

Series series(const std::string& instance, std::initializer_list<std::uint64_t> numbers) {
  Series made{{{"instance", instance}}, {}};
  std::int64_t time = 1000;
  for (const std::uint64_t number : numbers) made.samples.push_back({time += 1000, static_cast<double>(number)});
  return made;
}

OwnNumbers after(std::initializer_list<std::uint64_t> issued) {
  OwnNumbers numbers;
  for (const std::uint64_t number : issued) numbers.issued(number);
  return numbers;
}

}  // namespace

TEST_CASE("the numbers that were issued are found, with their times and labels") {
  const Shown shown = after({10, 11, 12}).find({{series("a", {10, 12})}});
  CHECK(shown.has(10));
  CHECK(!shown.has(11));
  CHECK(shown.newest() == 12);
  CHECK(shown.numbers.at(12) == 3000);
  CHECK(*find_label(shown.labels, "instance") == "a");
}

TEST_CASE("the markers of another server for the same scraper are not ours") {
  const OwnNumbers numbers = after({10, 11, 12, 13});
  const Shown shown = numbers.find({{series("other", {14, 15, 16}), series("a", {10, 11})}});
  CHECK(shown.newest() == 11);
  CHECK(*find_label(shown.labels, "instance") == "a");
  SUBCASE("also where one number is the same by chance") {
    CHECK(numbers.find({{series("other", {12, 14, 15})}}).newest() == 0);
  }
}

TEST_CASE("numbers of programs before this one say nothing about whose series it is") {
  const Shown shown = after({100, 101}).find({{series("a", {1, 2, 3, 4, 5, 6, 100})}});
  CHECK(shown.newest() == 100);
  CHECK(shown.numbers.size() == 1);
  CHECK(shown.times.size() == 7);
}

TEST_CASE("the batch of the program before counts as ours") {
  OwnNumbers numbers;
  numbers.hold(50);
  CHECK(numbers.find({{series("a", {48, 49, 50})}}).has(50));
  CHECK(numbers.find({{series("a", {48, 49})}}).newest() == 0);
  numbers.issued(1000);
  CHECK(numbers.find({{series("a", {48, 49, 51, 52, 1000})}}).newest() == 1000);  // 51 and 52: lost markers of then
}

TEST_CASE("a target that was renamed has two series of ours: the newest gives the labels") {
  const Shown shown = after({10, 11, 12}).find({{series("new", {12}), series("old", {10, 11})}});
  CHECK(shown.numbers.size() == 3);
  CHECK(*find_label(shown.labels, "instance") == "new");
}

TEST_CASE("two scrapes at the same moment may note their numbers in any order") {
  const Shown shown = after({10, 12, 11, 12}).find({{series("a", {10, 11, 12})}});
  CHECK(shown.numbers.size() == 3);
}

TEST_CASE("values that are no numbers of batches are passed over") {
  Series odd = series("a", {10});
  odd.samples.push_back({5000, 0.5});
  odd.samples.push_back({6000, -1});
  odd.samples.push_back({7000, 1e300});
  CHECK(after({10}).find({{odd}}).numbers.size() == 1);
}

TEST_CASE("only so many numbers are remembered") {
  OwnNumbers numbers;
  for (std::uint64_t i = 1; i <= OwnNumbers::remembered + 1; ++i) numbers.issued(i);
  CHECK(numbers.find({{series("a", {1})}}).newest() == 0);
  CHECK(numbers.find({{series("a", {2})}}).newest() == 2);
}

TEST_CASE("the number of a batch that is out or kept is remembered however many follow it") {
  OwnNumbers numbers;
  numbers.issued(1);
  numbers.hold(1);
  for (std::uint64_t i = 2; i <= 3 * OwnNumbers::remembered; ++i) numbers.issued(i);
  CHECK(numbers.find({{series("a", {1})}}).has(1));
  CHECK(numbers.find({{series("a", {1, 2, 3, 4, 3 * OwnNumbers::remembered})}}).has(1));
  numbers.hold_only({});
  CHECK(!numbers.find({{series("a", {1})}}).has(1));
}
