// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "confirm/options.hpp"

namespace oneshot::confirm {

/// What decides at this moment what became of a batch.
enum class Decides : std::uint8_t {
  api,      ///< what the scraper's API shows
  tcp,      ///< what TCP tells: the marker does not reach the store, or the API is away with `unreachable = "tcp"`
  nothing,  ///< the API is away, or has shown no marker yet: what is out stays open, and newer events wait
};
[[nodiscard]] constexpr std::string_view name_of(Decides decides) noexcept {
  switch (decides) {
    case Decides::api:
      return "api";
    case Decides::tcp:
      return "tcp";
    case Decides::nothing:
      break;
  }
  return "nothing";
}

/// How the confirmation of one scraper stands, for people.
struct State {
  std::string url;  ///< of the API; it has no credentials in it, see Url
  Decides decides = Decides::nothing;
  Unreachable unreachable = Unreachable::wait;
  bool up = false;                 ///< the API answered the last question
  std::int64_t since_unix_ms = 0;  ///< since when `up` is what it is; 0: nothing was asked yet
  std::string reason;              ///< why there was no answer; empty where there was one
};

}  // namespace oneshot::confirm
