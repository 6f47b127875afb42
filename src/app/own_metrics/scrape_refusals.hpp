// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oneshot::app {

/// Why a scrape was not let in; `oneshot_scrapes_refused_total{reason}` has one series for each.
enum class ScrapeRefusal : std::uint8_t {
  bad_query,
  not_allowed,         ///< scrapers.allow, or the client's rights
  too_many_scrapers,   ///< scrapers.max, and all have earned their places
  too_many_of_address  ///< its address has its share of the places
};
inline constexpr std::array<std::string_view, 4> scrape_refusal_names = {"bad_query", "not_allowed",
                                                                         "too_many_scrapers", "too_many_of_address"};

/// How often that was. Any thread: a refusal is no usual way, so its workers may share a counter.
class ScrapeRefusals {
 public:
  void count(ScrapeRefusal reason) noexcept {
    counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  /// By reason.
  [[nodiscard]] std::uint64_t count_at(std::size_t reason) const noexcept {
    return counts_[reason].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, scrape_refusal_names.size()> counts_{};
};

}  // namespace oneshot::app
