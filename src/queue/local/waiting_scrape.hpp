// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "delivery/one_shot_event.hpp"
#include "delivery/transfer.hpp"
#include "delivery/waiting.hpp"
#include "queue/delivery.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/next_batch.hpp"
#include "queue/queue.hpp"

namespace oneshot::queue {

/// What a step of a take comes to.
struct WaitForChange {};  ///< other scrapes are first, or the batch before is being made: wait for changed()
struct YieldFirst {};     ///< events are still being counted (done in short steps): yield, step again
struct ResolveFirst {     ///< an earlier batch is in flight: let its transfer find out what became of it, step again
  std::shared_ptr<delivery::Transfer> transfer;
};
struct WaitForRoom {};  ///< appends are refused for want of room that this batch would keep: a moment later, step again
using StepResult = std::variant<WaitForChange, YieldFirst, ResolveFirst, WaitForRoom, std::unique_ptr<Delivery>>;

/// A scrape that waits for its batch, in the wait queue of its scraper: until it is the first there, and the receipt of
/// the batch before is known. take() is all of it; the steps are there for tests, which can try every order of them
/// without waiting. The destruction of a waiting scrape leaves the queue, and wakes the scrape behind it. Any thread.
class WaitingScrape {
 public:
  /// Enters, steps and waits, see Queue::take(): also for the receipt of an older scrape's batch.
  static asio::awaitable<TakeResult> take(std::shared_ptr<Ledger> ledger, std::string scraper, Coming coming,
                                          delivery::Waiting& waiting, SteadyTime until);

  /// Enters the wait queue. The scraper becomes known if it is new, and counts as seen now.
  static Result<std::unique_ptr<WaitingScrape>, NoBatch> enter(std::shared_ptr<Ledger> ledger, std::string_view scraper,
                                                               Coming coming);
  WaitingScrape(const WaitingScrape&) = delete;
  WaitingScrape& operator=(const WaitingScrape&) = delete;
  ~WaitingScrape();

  /// Once more until it is a Delivery, which ends the waiting.
  StepResult step();
  /// After WaitForChange: notified once another step may come to something else.
  [[nodiscard]] delivery::OneShotEvent& changed() noexcept { return *changed_; }

 private:
  WaitingScrape(std::shared_ptr<Ledger> ledger, std::string_view name, Scraper& scraper);
  StepResult wait_for_change();
  /// Whether the next batch would keep room that appends are refused for, and that cannot be made now.
  [[nodiscard]] bool is_in_the_way() noexcept;
  std::unique_ptr<Delivery> take(const NextBatch::Choice& choice);

  std::shared_ptr<Ledger> ledger_;
  std::string_view name_;
  Scraper* scraper_;  // null once the batch was taken: then this scrape waits no longer
  std::uint64_t number_;
  NextBatch next_;
  std::optional<delivery::OneShotEvent> changed_;
};

}  // namespace oneshot::queue
