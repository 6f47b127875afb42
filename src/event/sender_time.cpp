// SPDX-License-Identifier: MIT
#include "event/sender_time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>

#include "base/byte_set.hpp"

namespace oneshot::event {
namespace {

constexpr std::int64_t latest_ms = 253'402'300'799'999;  // the last one of 9999

/// Takes the text apart from its front; whatever does not fit makes all of it bad.
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  void require(bool holds) noexcept { good_ = good_ && holds; }

  /// A number of exactly so many digits.
  unsigned number(std::size_t digits) noexcept {
    const std::string_view text = rest_.substr(0, digits);
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    require(text.size() == digits && error == std::errc{} && stop == end);
    rest_.remove_prefix(text.size());
    return value;
  }
  /// The next byte, which must be one of these.
  char one_of(std::string_view bytes) noexcept {
    const char c = rest_.empty() || bytes.find(rest_.front()) == std::string_view::npos ? '\0' : rest_.front();
    require(c != '\0');
    rest_.remove_prefix(std::min<std::size_t>(1, rest_.size()));
    return c;
  }
  /// The milliseconds of ".25"; 0 where there is no point.
  unsigned milliseconds() noexcept {
    if (!rest_.starts_with('.')) return 0;
    rest_.remove_prefix(1);
    const auto other = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const auto digits = static_cast<std::size_t>(other - rest_.begin());
    require(digits > 0);
    unsigned value = 0;
    for (std::size_t i = 0; i < 3; ++i) value = value * 10 + (i < digits ? static_cast<unsigned>(rest_[i] - '0') : 0U);
    rest_.remove_prefix(digits);
    return value;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<std::int64_t> within(std::int64_t unix_ms) noexcept {
  if (unix_ms < 0 || unix_ms > latest_ms) return std::nullopt;
  return unix_ms;
}

std::optional<std::int64_t> parse_seconds(std::string_view text) noexcept {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::int64_t seconds = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + point, seconds);
  if (error != std::errc{} || stop != text.data() + point || seconds > latest_ms / 1000) return std::nullopt;
  Reader rest(text.substr(point));
  const std::int64_t ms = rest.milliseconds();
  if (!rest.good() || !rest.at_end()) return std::nullopt;
  return within(seconds * 1000 + ms);
}

/// The minutes east of Greenwich.
int offset(Reader& text) noexcept {
  const char sign = text.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z') return 0;
  const unsigned hours = text.number(2);
  text.one_of(":");
  const unsigned minutes = text.number(2);
  text.require(hours <= 23 && minutes <= 59);
  const int all = static_cast<int>(hours * 60 + minutes);
  return sign == '-' ? -all : all;
}

std::optional<std::int64_t> parse_date(std::string_view all) noexcept {
  Reader text(all);
  const std::chrono::year year(static_cast<int>(text.number(4)));
  text.one_of("-");
  const std::chrono::month month(text.number(2));
  text.one_of("-");
  const std::chrono::year_month_day date(year, month, std::chrono::day(text.number(2)));
  text.one_of("Tt ");
  const unsigned hour = text.number(2);
  text.one_of(":");
  const unsigned minute = text.number(2);
  text.one_of(":");
  const unsigned second = text.number(2);
  const unsigned ms = text.milliseconds();
  const int east = offset(text);
  text.require(text.at_end() && date.ok() && hour <= 23 && minute <= 59 && second <= 60);
  if (!text.good()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  const std::int64_t minutes = std::chrono::minutes(days).count() + hour * 60 + minute - east;
  return within((minutes * 60 + second) * 1000 + ms);
}

}  // namespace

std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
  constexpr std::size_t year_digits = 4;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  return text.substr(0, year_digits + 1).ends_with('-') ? parse_date(text) : parse_seconds(text);
}

bool looks_like_milliseconds(std::string_view text) noexcept {
  constexpr std::size_t least = 12;  // digits; so many seconds are the year 5138
  return text.size() >= least && std::all_of(text.begin(), text.end(), is_digit) && text.size() <= least + 3;
}

}  // namespace oneshot::event
