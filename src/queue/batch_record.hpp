// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot::queue {

/// How a batch ended, for people: the outcomes of delivery/outcome.hpp, and two more.
enum class BatchEnd : std::uint8_t {
  delivered,
  truncated,
  unconfirmed,
  timed_out,
  refused,
  superseded,  ///< a newer scrape of the same scraper came, and the reply had got nowhere
  withdrawn,   ///< never sent: its connection, or the program, ended before
};
inline constexpr std::array<std::string_view, 7> batch_end_names = {
    "delivered", "truncated", "unconfirmed", "timed_out", "refused", "superseded", "withdrawn"};
[[nodiscard]] constexpr std::string_view name_of(BatchEnd end) noexcept {
  return batch_end_names[static_cast<std::size_t>(end)];
}

/// The last batch of a scraper that has ended.
struct LastBatch {
  std::int64_t unix_ms = 0;  ///< when it ended
  std::uint64_t events = 0;
  BatchEnd end = BatchEnd::delivered;
  std::string reason{};  ///< "reset after 8192 of 120331 bytes", "scrape timeout"; empty where it was delivered

  template <class Archive>
  void state(Archive& archive) {
    archive(unix_ms, events, end, reason);
  }
};

/// Batches of one scraper, by how they ended.
using BatchCounts = std::array<std::uint64_t, batch_end_names.size()>;

}  // namespace oneshot::queue
