// SPDX-License-Identifier: MIT
#include "settings/must_be.hpp"

#include "base/numbers.hpp"
#include "settings/value.hpp"

namespace oneshot::settings {

std::string must_be_whole(std::int64_t min, std::int64_t max) {
  return "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max);
}

std::string must_be_seconds(double min, double max) {
  std::string must = "must be a number of seconds from ";
  append_number(must, min);
  must += " to ";
  append_number(must, max);
  return must;
}

std::string must_be_one_of(const std::vector<std::string_view>& words) {
  std::string must = "must be ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) must += i + 1 < words.size() ? ", " : " or ";
    must += toml_text(words[i]);
  }
  return must;
}

}  // namespace oneshot::settings
