// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace oneshot::app {

/// A request that was refused, as somebody is shown it who asks why nothing arrives.
struct RecentRefusal {
  std::int64_t unix_ms = 0;
  std::string peer{};
  std::string forwarded_for{};  ///< whom a trusted proxy names; empty: nobody
  std::string client{};         ///< by its credentials; empty: not known
  int status = 0;
  std::string_view reason{};  ///< of static storage, as the own metrics call it
  std::string text{};         ///< at most RecentRefusals::longest_text bytes
};

/// The last requests that one worker refused. Any thread: the worker writes, whoever asks reads, under a lock that
/// nobody holds for longer than a copy. A refusal is no usual way; no accepted event comes here.
class RecentRefusals {
 public:
  static constexpr std::size_t max = 16;
  static constexpr std::size_t longest_text = 200;

  /// Cuts the text, and takes the place of the oldest one.
  void note(RecentRefusal refusal);
  /// Oldest first.
  [[nodiscard]] std::vector<RecentRefusal> all() const;

 private:
  mutable std::mutex mutex_;
  std::array<RecentRefusal, max> ring_;
  std::size_t noted_ = 0;  // since the start
};

/// Those of all workers, oldest first.
[[nodiscard]] std::vector<RecentRefusal> all_of(const std::vector<RecentRefusals>& workers);

}  // namespace oneshot::app
