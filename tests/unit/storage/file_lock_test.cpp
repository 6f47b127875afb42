// SPDX-License-Identifier: MIT
#include "storage/file_lock.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <filesystem>
#include <string>

#include "support/temporary_folder.hpp"

namespace oneshot::storage {
namespace {

/// Each is a lock holder of its own, as if another process had opened the file.
UniqueFd opened(const std::string& name) { return UniqueFd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)); }

TEST_CASE("a file that another process holds is in use, until that one closes it") {
  const test::TemporaryFolder folder;
  const std::string name = folder.at("events.log");
  UniqueFd first = opened(name);
  const UniqueFd second = opened(name);
  CHECK(lock_file(first, name, name).has_value());
  const auto refused = lock_file(second, name, name);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().text == "the event log " + name + " " + in_use);
  first.reset();
  CHECK(lock_file(second, name, name).has_value());
}

TEST_CASE("a file that has lost its name to another one is in use, and so is one whose name is gone") {
  const test::TemporaryFolder folder;
  const std::string name = folder.at("events.log");
  const UniqueFd replaced = opened(name);
  std::filesystem::rename(name, folder.at("away"));
  CHECK_FALSE(lock_file(replaced, name, name).has_value());
  const UniqueFd other = opened(name);
  CHECK_FALSE(lock_file(replaced, name, name).has_value());
  CHECK(lock_file(other, name, name).has_value());
}

TEST_CASE("what cannot be locked at all says why") {
  const auto failed = lock_file(UniqueFd(), "events.log", "events.log");
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().text.find("cannot be locked: Bad file descriptor") != std::string::npos);
}

}  // namespace
}  // namespace oneshot::storage
