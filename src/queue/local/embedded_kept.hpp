// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <span>

#include "queue/kept.hpp"
#include "queue/local/embedded_batch.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/scraper/scraper.hpp"

namespace oneshot::queue {

class EmbeddedKept final : public Kept {
 public:
  /// Without events.
  explicit EmbeddedKept(std::uint64_t number) noexcept : number_(number) {}
  /// These events of a batch that this scraper has. `in_log`: all of them are still there. It outlives this: none is
  /// forgotten of which something is kept. For the holder of the ledger's lock.
  EmbeddedKept(std::shared_ptr<Ledger> ledger, Scraper& scraper, Ranges events, bool in_log, std::uint64_t number);
  ~EmbeddedKept() override;

  [[nodiscard]] std::uint64_t number() const noexcept override { return number_; }
  [[nodiscard]] std::uint64_t count() const noexcept override { return count_; }
  [[nodiscard]] std::unique_ptr<Batch> open() override { return open_batch(); }
  bool send_again() override;
  bool send_again(std::span<const EventRef> events) override;

 private:
  [[nodiscard]] std::unique_ptr<EmbeddedBatch> open_batch();

  std::shared_ptr<Ledger> ledger_;
  Scraper* scraper_ = nullptr;  // null without events
  std::list<KeptRange>::iterator range_;
  std::uint64_t number_;
  std::uint64_t count_ = 0;
};

}  // namespace oneshot::queue
