// SPDX-License-Identifier: MIT
#include "settings/toml_bytes.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/utf8.hpp"

using namespace oneshot::settings;

TEST_CASE("every byte comes back as it was, and stands as UTF-8 between") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  all += "é\uFDFB\U0010FF00\U0010FF7F\uFEFF";
  const std::string between = to_private_characters(all);
  CHECK(oneshot::valid_utf8(between));
  CHECK(from_private_characters(between) == all);
}

TEST_CASE("ASCII stays as it is") {
  CHECK(to_private_characters("a = \"b\"\n") == "a = \"b\"\n");
  CHECK(from_private_characters("a = \"b\"\n") == "a = \"b\"\n");
}

TEST_CASE("other characters and halves stay as they are") {
  for (const std::string text : {"\U0010FEFF", "\U0010FF80", "\xF4\x8F\xBC", "\xF4", "é"}) {
    CAPTURE(text);
    CHECK(from_private_characters(text) == text);
  }
}
