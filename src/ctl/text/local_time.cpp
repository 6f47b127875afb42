// SPDX-License-Identifier: MIT
#include "ctl/text/local_time.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.hpp"
#include "ctl/text/duration.hpp"

namespace oneshot::ctl {
namespace {

struct OnTheWall {
  std::string moment;
  std::string zone;
};

OnTheWall on_the_wall(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const std::string moment(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts));
  return {moment, std::string(text.data(), std::strftime(text.data(), text.size(), " %Z", &parts))};
}

}  // namespace

std::string local_time(std::int64_t unix_ms) {
  if (unix_ms <= 0) return "never";
  const OnTheWall shown = on_the_wall(unix_ms);
  return shown.moment + shown.zone;
}

std::string local_time_ms(std::int64_t unix_ms) {
  if (unix_ms <= 0) return "never";
  const OnTheWall shown = on_the_wall(unix_ms);
  std::string text = shown.moment + '.';
  append_padded(text, static_cast<std::uint64_t>(unix_ms % 1000), 3);
  return text + shown.zone;
}

std::string ago(std::int64_t unix_ms, std::int64_t now_unix_ms) {
  if (unix_ms <= 0) return "never";
  return duration_in_words(std::chrono::milliseconds(std::max<std::int64_t>(0, now_unix_ms - unix_ms))) + " ago";
}

}  // namespace oneshot::ctl
