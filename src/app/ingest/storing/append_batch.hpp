// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>

#include "app/context.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// Appends the events of Context::batch, all or none; nothing is to be done for an empty one.
[[nodiscard]] queue::StoredAll append_batch(Context& context, queue::Poster poster);

/// The same without the events whose idempotency key came with another event before: `left_out` is told the place of
/// each of them, and the batch loses it. After so many that looking for more would hold up the worker, the answer is
/// `key_reused`.
[[nodiscard]] queue::StoredAll append_batch_without_reused(Context& context, queue::Poster poster,
                                                           const std::function<void(std::size_t at)>& left_out);

}  // namespace oneshot::app
