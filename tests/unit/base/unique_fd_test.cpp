// SPDX-License-Identifier: MIT
#include "base/unique_fd.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cerrno>

using namespace oneshot;

namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1 || errno != EBADF; }
int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

TEST_CASE("a descriptor is closed once, by its last owner") {
  int number = -1;
  {
    UniqueFd first(open_null());
    REQUIRE(first);
    number = first.get();
    UniqueFd second(std::move(first));
    CHECK(second.get() == number);
    UniqueFd third;
    CHECK_FALSE(third);
    third = std::move(second);
    CHECK(third.get() == number);
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("reset closes the old descriptor, release gives it away") {
  UniqueFd fd(open_null());
  const int first = fd.get();
  fd.reset(open_null());
  const int second = fd.get();
  CHECK(first != second);
  CHECK_FALSE(is_open(first));
  const int released = fd.release();
  CHECK(released == second);
  CHECK_FALSE(fd);
  CHECK(is_open(released));
  ::close(released);
}
