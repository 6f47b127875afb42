// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "confirm/confirmer.hpp"
#include "confirm/options.hpp"
#include "delivery/one_shot_event.hpp"
#include "queue/queue.hpp"

namespace oneshot::confirm {

/// The confirmer of each scraper that has one; a reload makes and ends them.
class Confirmers {
 public:
  using MakeApi = std::function<std::shared_ptr<Api>(const Options&)>;
  /// Runs a coroutine on the thread that calls change().
  using Spawn = std::function<void(asio::awaitable<void>)>;

  /// `queue` and `clock` outlive it, and all that is spawned.
  Confirmers(queue::Queue& queue, const Clock& clock, MakeApi make_api, Spawn spawn);

  /// Null: TCP decides about this scraper. Any thread; without a single confirmer it costs a load.
  [[nodiscard]] std::shared_ptr<Confirmer> find(std::string_view scraper) const;
  /// In order of name. Any thread.
  [[nodiscard]] std::vector<Statistics> statistics() const;

  // On one thread.
  /// From now on these. `metric` is the name of the events, for batches of a program before this one.
  void change(const OptionsByScraper& options, const std::string& metric);
  /// Ends all of them: each asks once more if it has a batch out. ended() is notified by the last.
  void stop();
  [[nodiscard]] delivery::OneShotEvent& ended() noexcept { return ended_; }

 private:
  void add(const std::string& scraper, const Options& options, const std::string& metric);
  asio::awaitable<void> run(std::shared_ptr<Confirmer> confirmer);
  void tell_if_ended();

  queue::Queue& queue_;
  const Clock& clock_;
  const MakeApi make_api_;
  const Spawn spawn_;
  delivery::OneShotEvent ended_;
  std::size_t running_ = 0;
  bool stopping_ = false;

  mutable std::mutex mutex_;
  std::atomic<bool> any_{false};  // relaxed: a scrape that comes with a reload may still miss it
  std::map<std::string, std::shared_ptr<Confirmer>, std::less<>> confirmers_;
};

}  // namespace oneshot::confirm
