// SPDX-License-Identifier: MIT
#include "cluster/left_out.hpp"

#include <doctest/doctest.h>

#include "cluster/archive.hpp"

namespace oneshot::cluster {
namespace {

TEST_CASE("neighbours that were left out are one part, however many there are") {
  LeftOut left_out;
  for (std::uint64_t number = 10; number < 100'000; ++number) left_out.add(number);
  left_out.add(100'001, 3);
  CHECK(left_out.parts() == 2);
  CHECK_FALSE(left_out.contains(9));
  CHECK(left_out.contains(10));
  CHECK(left_out.contains(99'999));
  CHECK_FALSE(left_out.contains(100'000));
  CHECK(left_out.contains(100'003));
  CHECK_FALSE(left_out.contains(100'004));
}

TEST_CASE("a record without events leaves nothing out") {
  LeftOut left_out;
  left_out.add(0, 0);
  CHECK(left_out.parts() == 0);
  CHECK_FALSE(left_out.contains(0));
}

TEST_CASE("what lies before a number is forgotten, and what goes on behind it is not") {
  LeftOut left_out;
  left_out.add(0, 5);
  left_out.add(10, 10);
  left_out.forget_before(5);
  CHECK(left_out.parts() == 1);
  left_out.forget_before(15);
  CHECK(left_out.contains(15));
  left_out.forget_before(20);
  CHECK(left_out.parts() == 0);
}

TEST_CASE("what was left out is kept by an archive") {
  LeftOut left_out;
  left_out.add(3, 2);
  left_out.add(7);
  Saver saver;
  saver(left_out);
  const std::string bytes = saver.take();
  LeftOut loaded;
  Loader loader(bytes);
  loader(loaded);
  CHECK(loader.ended());
  CHECK(loaded.contains(4));
  CHECK_FALSE(loaded.contains(5));
  CHECK(loaded.contains(7));
}

}  // namespace
}  // namespace oneshot::cluster
