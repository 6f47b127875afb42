// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oneshot::app {

/// Why a client may not do what it asked for; `oneshot_auth_failures_total{reason}` has one series for each.
enum class AuthFailure : std::uint8_t {
  missing,    ///< no credentials, where the anonymous client lacks the right
  wrong,      ///< credentials that are nobody's
  forbidden,  ///< a client that is known, and lacks the right
};
inline constexpr std::array<std::string_view, 3> auth_failure_names = {"missing", "wrong", "forbidden"};

/// How often that was. Any thread.
class AuthFailures {
 public:
  void count(AuthFailure reason) noexcept {
    counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  /// By reason.
  [[nodiscard]] std::uint64_t count_at(std::size_t reason) const noexcept {
    return counts_[reason].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, auth_failure_names.size()> counts_{};
};

}  // namespace oneshot::app
