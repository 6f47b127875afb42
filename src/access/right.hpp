// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace oneshot::access {

/// What a client must be allowed to do before an endpoint answers it.
enum class Right : std::uint8_t {
  none,    ///< nothing: probes cannot sign in
  post,    ///< hand in events
  scrape,  ///< take events
  view,    ///< look at the server without changing it
  admin,   ///< change the server
};

/// Some of the rights; `none` is always among them.
class Rights {
 public:
  constexpr Rights() = default;
  constexpr Rights(std::initializer_list<Right> rights) {
    for (const Right right : rights) add(right);
  }
  constexpr void add(Right right) noexcept { bits_ = static_cast<std::uint8_t>(bits_ | bit(right)); }
  [[nodiscard]] constexpr bool has(Right right) const noexcept { return (bits_ & bit(right)) != 0; }
  friend constexpr bool operator==(const Rights&, const Rights&) = default;

 private:
  static constexpr std::uint8_t bit(Right right) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(right));
  }
  std::uint8_t bits_ = bit(Right::none);
};

/// As the settings call them.
inline constexpr std::array<std::pair<std::string_view, Right>, 4> right_names{
    {{"post", Right::post}, {"scrape", Right::scrape}, {"view", Right::view}, {"admin", Right::admin}}};

inline constexpr Rights all_rights{Right::post, Right::scrape, Right::view, Right::admin};

}  // namespace oneshot::access
