// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "base/result.hpp"
#include "queue/queue.hpp"
#include "service/open_queue.hpp"
#include "storage/error.hpp"

namespace oneshot::service {

/// The queue that the replicas of a cluster keep together; without [cluster] that of a single server.
[[nodiscard]] Result<std::unique_ptr<queue::Queue>, storage::Error> open_cluster(const QueueWanted& wanted);

}  // namespace oneshot::service
