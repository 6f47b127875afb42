// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace oneshot::app {

/// What became of the events that came in by a webhook; `oneshot_webhook_events_total{hook,outcome}`.
enum class HookOutcome : std::uint8_t {
  stored,
  duplicate,  ///< stored before, under the same id
  ignored,    ///< by the hook's `when`
  refused,    ///< a request of which nothing was stored, however many events it had
};
inline constexpr std::size_t hook_outcome_count = 4;
[[nodiscard]] std::string_view outcome_name(HookOutcome outcome) noexcept;

/// By the name of the hook; one that the settings have no more keeps its numbers. Any thread: a webhook comes so rarely
/// that a lock costs nothing.
class HookCounters {
 public:
  using Counts = std::array<std::uint64_t, hook_outcome_count>;  ///< by HookOutcome

  /// The hook has its samples from now on, at 0.
  void know(std::string_view hook);
  void count(std::string_view hook, HookOutcome outcome, std::uint64_t events = 1);
  [[nodiscard]] std::map<std::string, Counts, std::less<>> all() const;

 private:
  Counts& of(std::string_view hook);

  mutable std::mutex mutex_;
  std::map<std::string, Counts, std::less<>> counts_;
};

}  // namespace oneshot::app
