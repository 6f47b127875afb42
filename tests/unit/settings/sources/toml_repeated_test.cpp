// SPDX-License-Identifier: MIT
#include "settings/sources/toml_repeated.hpp"

#include <doctest/doctest.h>

namespace oneshot::settings {
namespace {

TEST_CASE("of a table that is given twice the line of the first one is said, however both are spaced") {
  CHECK(hint_for_repeated("[cluster]\ncopies = 3\n[log]\n\n [cluster] # mine\nservers = []", 5) ==
        "; line 1 has [cluster] already: put its keys there");
  CHECK(hint_for_repeated("[clients.a]\n[clients.b]\n[clients.a]", 3) ==
        "; line 1 has [clients.a] already: put its keys there");
  CHECK(hint_for_repeated("# [log]\n[log]\n[server]\n[log]", 4) == "; line 2 has [log] already: put its keys there");
}

TEST_CASE("of a key that is given twice the first one in its own table is said") {
  CHECK(hint_for_repeated("[log]\nport = 3\n[server]\nport = 1\nthreads = 2\nport= 2", 6) ==
        "; line 4 has port already: keep one of both");
  CHECK(hint_for_repeated("port = 1\nport = 2\nport = 3", 3) == "; line 1 has port already: keep one of both");
}

TEST_CASE("nothing is said where the first one is written in another way, or there is none") {
  CHECK(hint_for_repeated("[server]\n'port' = 1\nport = 2", 3).empty());
  CHECK(hint_for_repeated("[log]\nport = 1\n[server]\nport = 2", 4).empty());
  CHECK(hint_for_repeated("a = 1", 1).empty());
  CHECK(hint_for_repeated("", 1).empty());
  CHECK(hint_for_repeated("a = 1\n\n", 9).empty());
}

}  // namespace
}  // namespace oneshot::settings
