// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "settings/sources/load_toml.hpp"

namespace oneshot::settings::test {

/// What is wrong with this config file.
inline std::string error(std::string_view text) {
  const auto loaded = parse_toml(text, "c.toml", Settings{});
  return loaded ? "fine" : loaded.error();
}

/// The settings of a config file that is right.
inline Settings good(std::string_view text) {
  auto loaded = parse_toml(text, "c.toml", Settings{});
  REQUIRE_MESSAGE(loaded.has_value(), (loaded ? std::string() : loaded.error()));
  return std::move(*loaded);
}

}  // namespace oneshot::settings::test
