// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "queue/delivery.hpp"
#include "queue/local/embedded_batch.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/scraper/scraper.hpp"

namespace oneshot::queue {

class EmbeddedDelivery final : public Delivery {
 public:
  /// Without events: nothing was taken.
  explicit EmbeddedDelivery(std::uint64_t number) noexcept : number_(number) {}
  /// The scraper `name` has taken `batch`. It outlives this: none is forgotten that has a batch. `resumed`: the batch
  /// was sent before.
  EmbeddedDelivery(std::shared_ptr<Ledger> ledger, std::string_view name, Scraper& scraper,
                   std::unique_ptr<EmbeddedBatch> batch, bool resumed = false) noexcept;
  ~EmbeddedDelivery() override;

  [[nodiscard]] const Batch& batch() const noexcept override;
  void end_reading() noexcept override { batch_.reset(); }
  [[nodiscard]] std::uint64_t count() const noexcept override { return count_; }
  [[nodiscard]] std::uint64_t number() const noexcept override { return number_; }
  void in_transfer(std::weak_ptr<delivery::Transfer> transfer) override;
  void handed_over(bool kernel_will_send) override;
  void note_cause(const delivery::Cause& cause) override { cause_ = cause; }
  void hold_back() noexcept override { held_back_ = true; }
  void settle(delivery::Outcome outcome) override;
  [[nodiscard]] std::unique_ptr<Kept> settle_and_keep() override;

 private:
  std::unique_ptr<Kept> settle(delivery::Outcome outcome, bool keep);
  /// For the holder of the ledger's lock. Whether a line is to say it.
  bool note_end(const LastBatch& batch);

  std::shared_ptr<Ledger> ledger_;
  std::string_view name_;
  Scraper* scraper_ = nullptr;  // null once the outcome is known; from the start without events
  std::unique_ptr<EmbeddedBatch> batch_;
  std::uint64_t count_ = 0;
  std::uint64_t number_ = 0;
  bool sent_ = false;
  bool held_back_ = false;
  std::optional<delivery::Cause> cause_;
};

}  // namespace oneshot::queue
