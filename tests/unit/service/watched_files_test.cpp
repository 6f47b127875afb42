// SPDX-License-Identifier: MIT
#include "service/web/watched_files.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/temporary_folder.hpp"

namespace oneshot::service {
namespace {

namespace fs = std::filesystem;

/// Two files that are watched, and whose first look is over.
struct Rig : test::TemporaryFolder {
  Rig() {
    write("a", "1");
    write("b", "2");
    files.watch({at("a"), at("b")});
    REQUIRE(files.have_changed());
    REQUIRE_FALSE(files.have_changed());
  }
  /// True once, and no longer.
  bool noticed() { return files.have_changed() && !files.have_changed(); }

  WatchedFiles files;
};

TEST_CASE("without files nothing changes, and with new ones the first look says that it may have") {
  WatchedFiles files;
  CHECK_FALSE(files.have_changed());
  files.watch({});
  CHECK_FALSE(files.have_changed());
  files.watch({"/nowhere"});
  CHECK(files.have_changed());
  CHECK_FALSE(files.have_changed());
}

TEST_CASE("a file that is written, renamed over, touched, gone or back is noticed once") {
  Rig rig;
  rig.write("b", "22");
  CHECK(rig.noticed());
  rig.write("new", "22");
  fs::last_write_time(rig.at("new"), fs::last_write_time(rig.at("b")));  // another file of the same size and time
  fs::rename(rig.at("new"), rig.at("b"));
  CHECK(rig.noticed());
  fs::last_write_time(rig.at("a"), fs::last_write_time(rig.at("a")) - std::chrono::seconds(1));
  CHECK(rig.noticed());
  fs::remove(rig.at("a"));
  CHECK(rig.noticed());
  rig.write("a", "1");
  CHECK(rig.noticed());
}

TEST_CASE("a folder that is reached by another link is noticed, as Kubernetes swaps it") {
  Rig rig;
  for (const char* const version : {"v1", "v2"}) {
    fs::create_directory(rig.at(version));
    rig.write(std::string(version) + "/tls.crt", "same");
  }
  fs::last_write_time(rig.at("v2/tls.crt"), fs::last_write_time(rig.at("v1/tls.crt")));
  fs::create_directory_symlink("v1", rig.at("data"));
  fs::create_symlink("data/tls.crt", rig.at("tls.crt"));
  rig.files.watch({rig.at("tls.crt")});
  REQUIRE(rig.noticed());
  fs::create_directory_symlink("v2", rig.at("next"));
  fs::rename(rig.at("next"), rig.at("data"));
  CHECK(rig.noticed());
}

}  // namespace
}  // namespace oneshot::service
