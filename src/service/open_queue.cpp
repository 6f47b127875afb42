// SPDX-License-Identifier: MIT
#include "service/open_queue.hpp"

#include <utility>

#include "base/clock.hpp"
#include "queue/local/embedded_queue.hpp"

namespace oneshot::service {

Result<std::unique_ptr<queue::Queue>, storage::Error> open_embedded(const QueueWanted& wanted) {
  auto opened = queue::EmbeddedQueue::open(wanted.queue, system_clock());
  if (!opened) return Unexpected{std::move(opened.error())};
  return std::unique_ptr<queue::Queue>(std::move(*opened));
}

}  // namespace oneshot::service
