// SPDX-License-Identifier: MIT
#include "app/ingest/storing/append_batch.hpp"

namespace oneshot::app {

queue::StoredAll append_batch(Context& context, queue::Poster poster) {
  if (context.batch.events().empty()) return {};
  return context.services.queue.append_all(poster, context.batch.events());
}

queue::StoredAll append_batch_without_reused(Context& context, queue::Poster poster,
                                             const std::function<void(std::size_t)>& left_out) {
  // Each try looks at every event, and each event may be one whose key was used before: so their number has a bound.
  constexpr std::size_t most_looks = 1'000'000;
  const std::size_t most = most_looks / (context.batch.events().size() + 1);
  for (std::size_t reused = 0;; ++reused) {
    queue::StoredAll all = append_batch(context, poster);
    if (all.what != queue::Stored::key_reused || reused == most) return all;
    left_out(all.at);
    context.batch.erase(all.at);
  }
}

}  // namespace oneshot::app
