// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "delivery/cause.hpp"
#include "delivery/outcome.hpp"
#include "queue/batch_record.hpp"

namespace oneshot::queue {

/// How a batch of so many events ended, as an operator is told it. `cause`: as its connection saw that, if one did.
[[nodiscard]] LastBatch end_of_batch(delivery::Outcome outcome, const std::optional<delivery::Cause>& cause,
                                     std::uint64_t events, std::int64_t now_unix_ms);

/// It was never sent.
[[nodiscard]] LastBatch withdrawn_batch(std::uint64_t events, std::int64_t now_unix_ms);

}  // namespace oneshot::queue
