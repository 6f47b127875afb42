// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "queue/queue.hpp"
#include "service/open_queue.hpp"
#include "storage/error.hpp"

namespace oneshot::service {

/// The queue that the replicas of a cluster keep together; without [cluster] that of a single server.
[[nodiscard]] Result<std::unique_ptr<queue::Queue>, storage::Error> open_cluster(const QueueWanted& wanted);
/// Whether its settings are right, and their files; the engine is not asked.
[[nodiscard]] Result<void, std::string> check_cluster(const QueueWanted& wanted);

}  // namespace oneshot::service
