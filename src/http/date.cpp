// SPDX-License-Identifier: MIT
#include "http/date.hpp"

#include <chrono>

namespace oneshot::http {
namespace {

constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

char* put(char* out, std::string_view text) {
  for (const char c : text) *out++ = c;
  return out;
}

char* put_two(char* out, unsigned value) {
  *out++ = static_cast<char>('0' + value / 10 % 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

}  // namespace

std::string_view HttpDate::at(std::int64_t unix_ms) noexcept {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(unix_ms)};
  const auto second = floor<seconds>(time);
  if (second.time_since_epoch().count() != second_) {
    second_ = second.time_since_epoch().count();
    const auto day = floor<days>(second);
    const year_month_day date{day};
    const hh_mm_ss clock{second - day};
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    char* out = text_.data();
    out = put(out, weekdays.substr(std::size_t{3} * weekday(day).c_encoding(), 3));
    out = put(out, ", ");
    out = put_two(out, static_cast<unsigned>(date.day()));
    *out++ = ' ';
    out = put(out, months.substr(std::size_t{3} * (static_cast<unsigned>(date.month()) - 1), 3));
    *out++ = ' ';
    out = put_two(out, year / 100);
    out = put_two(out, year);
    *out++ = ' ';
    out = put_two(out, static_cast<unsigned>(clock.hours().count()));
    *out++ = ':';
    out = put_two(out, static_cast<unsigned>(clock.minutes().count()));
    *out++ = ':';
    out = put_two(out, static_cast<unsigned>(clock.seconds().count()));
    put(out, " GMT");
  }
  return {text_.data(), text_.size()};
}

}  // namespace oneshot::http
