// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "cluster/options.hpp"
#include "queue/options.hpp"
#include "queue/queue.hpp"
#include "storage/error.hpp"

namespace oneshot::service {

/// What a queue is opened with. The executor is that of the main thread, and outlives the queue.
struct QueueWanted {
  queue::Options queue;
  cluster::Options cluster;
  asio::any_io_executor executor;
};
/// Opens the queue of a program: the two programs differ in nothing else. `is_lasting`: a restart does not help.
using OpenQueue = std::function<Result<std::unique_ptr<queue::Queue>, storage::Error>(const QueueWanted& wanted)>;

/// What open_queue would refuse whatever it finds outside of this machine: files, for one.
using CheckQueue = std::function<Result<void, std::string>(const QueueWanted& wanted)>;

/// The queue that this program keeps by itself, in memory or in its file.
[[nodiscard]] Result<std::unique_ptr<queue::Queue>, storage::Error> open_embedded(const QueueWanted& wanted);

}  // namespace oneshot::service
