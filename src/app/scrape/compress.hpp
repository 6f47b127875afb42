// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>

#include "app/scrape/worth.hpp"
#include "delivery/waiting.hpp"
#include "exposition/format.hpp"
#include "http/memory_budget.hpp"
#include "http/reply.hpp"

namespace oneshot::app {

/// A shorter text goes out as it is: compressed it would be padded, and the time it takes is hardly seen.
inline constexpr std::uint64_t least_compressed_text = 64 * 1024;

/// The padding that a body may need.
struct BodyPadding {
  const exposition::Format& format;
  std::size_t place = 0;    ///< where in the text it goes
  std::uint64_t least = 0;  ///< bytes of the body; 0: none is needed
};

[[nodiscard]] inline std::uint64_t body_size(const http::Reply& reply) noexcept {
  return reply.source ? reply.source->size() : reply.body.size();
}
[[nodiscard]] inline bool is_worth_compressing(const http::Reply& reply) noexcept {
  return body_size(reply) >= least_compressed_text;
}

enum class Compressed : std::uint8_t {
  yes,    ///< what the reply's source read is not needed any more
  no,     ///< no memory for it: the reply is as it was
  ended,  ///< nobody waits for the reply any more, and a part of its body is gone
};

/// Compresses the body of `reply` if the budget allows for it, in steps of less than a millisecond, as long as it is
/// worth that.
asio::awaitable<Compressed> compress(http::Reply& reply, BodyPadding padding, http::MemoryBudget& budget,
                                     const Worth& worth, delivery::Waiting& waiting);

}  // namespace oneshot::app
