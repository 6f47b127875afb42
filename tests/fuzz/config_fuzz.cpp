// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "fuzz/require.hpp"
#include "settings/effective.hpp"
#include "settings/sources/load_toml.hpp"

// Any bytes as a config file: either they load, and what is printed then loads as the same settings, or there is one
// line of error that names the file and can be shown on a terminal.

namespace {

using oneshot::test::require;

bool is_one_printable_line(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  }
  return oneshot::valid_utf8(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oneshot::settings;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = parse_toml(text, "fuzz.toml", Settings{});
  if (!loaded) {
    for (std::string_view rest = loaded.error(); !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      require(line.starts_with("fuzz.toml:"));
      require(is_one_printable_line(line));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return 0;
  }
  const std::string printed = render_toml(*loaded);
  const auto again = parse_toml(printed, "printed.toml", Settings{});
  require(again.has_value());
  require(render_toml(*again) == printed);
  return 0;
}
