// SPDX-License-Identifier: MIT
#include "cluster/nats/parts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace oneshot::cluster {
namespace {

PartName part(const std::string& checkpoint, std::size_t number, std::size_t parts) {
  return {.checkpoint = checkpoint, .part = number, .parts = parts};
}

TEST_CASE("a checkpoint of any length is cut into records that the engine takes, and joined again") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, OrderedLog::longest_record,
                                 OrderedLog::longest_record + 1, 3 * OrderedLog::longest_record}) {
    std::string checkpoint(size, 'x');
    if (size > 0) checkpoint.back() = 'y';
    const auto pieces = split(checkpoint);
    CHECK(pieces.size() ==
          std::max<std::size_t>(1, (size + OrderedLog::longest_record - 1) / OrderedLog::longest_record));
    Parts parts;
    for (std::size_t i = 1; i <= pieces.size(); ++i) {
      CHECK(pieces[i - 1].size() <= OrderedLog::longest_record);
      const auto whole = parts.add(part("a", i, pieces.size()), i, pieces[i - 1]);
      REQUIRE(whole.has_value() == (i == pieces.size()));
      if (whole) CHECK(whole->bytes == checkpoint);
    }
  }
}

TEST_CASE("parts of two checkpoints may come in turns, and each is whole where its last part stands") {
  Parts parts;
  CHECK_FALSE(parts.add(part("a", 1, 2), 10, "A"));
  CHECK_FALSE(parts.add(part("b", 1, 2), 11, "B"));
  const auto a = parts.add(part("a", 2, 2), 12, "a");
  REQUIRE(a);
  CHECK(a->bytes == "Aa");
  CHECK(a->first == 10);
  CHECK(a->last == 12);
  const auto b = parts.add(part("b", 2, 2), 13, "b");
  REQUIRE(b);
  CHECK(b->bytes == "Bb");
}

TEST_CASE("parts join by their numbers, whatever order they stand in, and a repeated one changes nothing") {
  Parts parts;
  CHECK_FALSE(parts.add(part("a", 2, 2), 1, "2"));
  CHECK_FALSE(parts.add(part("a", 2, 2), 2, "?"));
  const auto whole = parts.add(part("a", 1, 2), 3, "1");
  REQUIRE(whole);
  CHECK(whole->bytes == "12");
}

TEST_CASE("what is trimmed below a checkpoint leaves its own parts, and those of others that are not whole yet") {
  Parts parts;
  parts.add(part("a", 1, 1), 5, "a");
  parts.add(part("b", 1, 2), 6, "b");
  parts.add(part("b", 2, 2), 9, "b");
  CHECK(parts.may_go_below(9) == 6);
  CHECK(parts.may_go_below(5) == 5);
  parts.add(part("c", 1, 2), 7, "c");
  parts.add(part("d", 1, 1), 20, "d");
  CHECK(parts.may_go_below(20) == 7);
}

TEST_CASE("one whose writer was killed in the middle does not keep for ever what is behind it") {
  Parts parts;
  parts.add(part("killed", 1, 2), 5, "k");
  for (Sequence sequence = 6; sequence < 10; ++sequence) {
    CHECK(parts.may_go_below(sequence) == 5);
    parts.add(part("later" + std::to_string(sequence), 1, 1), sequence, "l");
  }
  CHECK(parts.may_go_below(9) == 9);
}

}  // namespace
}  // namespace oneshot::cluster
