// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "queue/delivery.hpp"
#include "queue/local/embedded_batch.hpp"
#include "queue/local/ledger.hpp"
#include "queue/local/scraper.hpp"

namespace oneshot::queue {

class EmbeddedDelivery final : public Delivery {
 public:
  /// Without events: nothing was taken.
  EmbeddedDelivery() = default;
  /// The scraper `name` has taken `batch`. It outlives this: none is forgotten that has a batch.
  EmbeddedDelivery(std::shared_ptr<Ledger> ledger, std::string_view name, Scraper& scraper,
                   std::unique_ptr<EmbeddedBatch> batch) noexcept;
  ~EmbeddedDelivery() override;

  [[nodiscard]] const Batch& batch() const noexcept override;
  [[nodiscard]] std::uint64_t count() const noexcept override { return count_; }
  void in_transfer(std::weak_ptr<delivery::Transfer> transfer) override;
  void handed_over(bool kernel_will_send) override;
  void settle(delivery::Outcome outcome) override;

 private:
  std::shared_ptr<Ledger> ledger_;
  std::string_view name_;
  Scraper* scraper_ = nullptr;  // null once the outcome is known; from the start without events
  std::unique_ptr<EmbeddedBatch> batch_;
  std::uint64_t count_ = 0;
};

}  // namespace oneshot::queue
