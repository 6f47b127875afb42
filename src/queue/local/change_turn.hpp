// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "delivery/one_shot_event.hpp"
#include "delivery/waiting.hpp"
#include "queue/history.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/waiting_scrape.hpp"

namespace oneshot::queue {

/// What an operator wants of a scraper.
struct Wish {
  enum class What : std::uint8_t { replay, skip, forget };
  What what;
  std::int64_t since_unix_ms = 0;  ///< of a replay
};

/// A wish that waits in the wait queue of its scraper, as a scrape does, until nothing is in flight to that one. The
/// destruction leaves the queue. Any thread.
class ChangeTurn {
 public:
  /// Enters, steps and waits, a second at most.
  static asio::awaitable<Changed> grant(std::shared_ptr<Ledger> ledger, std::string scraper, Wish wish,
                                        delivery::Waiting& waiting);

  /// Null: there is no such scraper, or its wait queue is full; `why` says which.
  static std::unique_ptr<ChangeTurn> enter(std::shared_ptr<Ledger> ledger, std::string_view scraper, Wish wish,
                                           Changed::What& why);
  ChangeTurn(const ChangeTurn&) = delete;
  ChangeTurn& operator=(const ChangeTurn&) = delete;
  ~ChangeTurn();

  using StepResult = std::variant<WaitForChange, ResolveFirst, Changed>;
  /// Once more until it is Changed, which ends the waiting.
  StepResult step();
  /// As that of a WaitingScrape.
  [[nodiscard]] delivery::OneShotEvent& changed() noexcept { return *changed_; }

 private:
  ChangeTurn(std::shared_ptr<Ledger> ledger, std::string_view name, Scraper& scraper, Wish wish);
  StepResult wait_for_change();
  Changed replay();
  Changed skip();
  StepResult forget();

  std::shared_ptr<Ledger> ledger_;
  std::string name_;
  Scraper* scraper_;  // null once the wish was granted
  Wish wish_;
  std::uint64_t number_;
  std::optional<delivery::OneShotEvent> changed_;
};

}  // namespace oneshot::queue
