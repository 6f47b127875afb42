// SPDX-License-Identifier: MIT
#pragma once

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "queue/history.hpp"
#include "queue/local/change_turn.hpp"
#include "support/no_waiting.hpp"
#include "unit/queue/storage_fixture.hpp"

namespace oneshot::queue::test {

/// All steps of a walk at once.
inline void walk(HistoryWalk& walk) {
  for (int steps = 0; walk.step() != HistoryWalk::Step::done; ++steps) REQUIRE(steps < 1'000'000);
}

inline HistoryPage page_of(EmbeddedQueue& queue, HistoryQuery query = {}) {
  const std::unique_ptr<HistoryReader> reader = queue.read_history(std::move(query));
  REQUIRE(reader != nullptr);
  walk(*reader);
  return reader->take();
}

inline Texts labels_of(const HistoryPage& shown) {
  Texts all;
  for (const HistoryEvent& event : shown.events) all.push_back(event.labels);
  return all;
}

inline LabelCounts counts_of(EmbeddedQueue& queue, LabelCountQuery query) {
  const std::unique_ptr<LabelCounter> counter = queue.count_by_label(std::move(query));
  REQUIRE(counter != nullptr);
  walk(*counter);
  return counter->take();
}

/// What comes of a change that need not wait.
inline Changed result_of(asio::awaitable<Changed> change) {
  asio::io_context io;
  std::optional<Changed> changed;
  asio::co_spawn(io, std::move(change), [&changed](const std::exception_ptr& error, Changed done) {
    REQUIRE_FALSE(error);
    changed = done;
  });
  io.run();
  REQUIRE(changed);
  return *changed;
}

struct HistoryFixture : StorageFixture {
  oneshot::test::NoWaiting waiting;

  HistoryFixture() { options.storage.path.clear(); }
  void use_file() { options.storage.path = folder.file("events.log"); }
  HistoryPage show(HistoryQuery query = {}) { return page_of(queue(), std::move(query)); }
  Texts readable() { return labels_of(show({.limit = HistoryQuery::most})); }
  Changed replay(std::string scraper, std::int64_t since_unix_ms) {
    return result_of(queue().replay(std::move(scraper), since_unix_ms, waiting));
  }
  Changed skip(std::string scraper) { return result_of(queue().skip(std::move(scraper), waiting)); }
  Changed forget(std::string scraper) { return result_of(queue().forget(std::move(scraper), waiting)); }
};

}  // namespace oneshot::queue::test
