// SPDX-License-Identifier: MIT
#include "app/scrape/scrape_deadline.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace oneshot::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_wait{5000};     // for a batch: whoever waits holds a connection
constexpr milliseconds usual_timeout{10'000};  // Prometheus' own default of scrape_timeout
constexpr milliseconds min_timeout{100};
constexpr milliseconds max_timeout{120'000};
constexpr milliseconds ack_grace{500};  // for the acknowledgement of the last byte
constexpr milliseconds longest_confirmation{300};
constexpr milliseconds sending_margin{250};  // for building and sending the answer after a long wait

}  // namespace

milliseconds scrape_timeout(const http::Request& request) noexcept {
  const std::string_view text = request.header("X-Prometheus-Scrape-Timeout-Seconds");
  if (text.empty()) return usual_timeout;
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !std::isfinite(seconds) || seconds <= 0) return usual_timeout;
  const double limited = std::min(seconds, static_cast<double>(max_timeout.count()) / 1000);
  return std::max(min_timeout, milliseconds(static_cast<std::int64_t>(limited * 1000)));
}

SteadyTime reply_deadline(SteadyTime arrived, milliseconds timeout) noexcept { return arrived + timeout + ack_grace; }

SteadyTime may_give_up(SteadyTime arrived, milliseconds timeout) noexcept {
  return arrived + timeout - std::min(ack_grace, timeout / 4);
}

SteadyTime latest_take(SteadyTime arrived, milliseconds timeout, SteadyTime now) noexcept {
  const milliseconds margin = std::min(sending_margin, timeout / 4);
  return std::min(now + std::min(timeout / 2, longest_wait), arrived + timeout - margin);
}

SteadyTime latest_confirmation(milliseconds timeout, SteadyTime now) noexcept {
  return now + std::min(longest_confirmation, timeout / 4);
}

}  // namespace oneshot::app
