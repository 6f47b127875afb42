// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cluster/copied_batch.hpp"
#include "cluster/machine.hpp"
#include "delivery/cause.hpp"
#include "delivery/transfer.hpp"
#include "queue/batch_record.hpp"
#include "queue/delivery.hpp"

namespace oneshot::cluster {

/// Who brings to the log what becomes of this replica's batches. Any thread.
class BatchKeeper {
 public:
  virtual ~BatchKeeper() = default;
  /// The batch is on its way in this transfer.
  virtual void in_transfer(std::string_view scraper, BatchId batch, std::weak_ptr<delivery::Transfer> transfer) = 0;
  virtual void acknowledged(std::string_view scraper, BatchId batch) = 0;
  /// Its end, as an operator is told it.
  virtual void settle(std::string_view scraper, BatchId batch, delivery::Outcome outcome,
                      const queue::LastBatch& end) = 0;

 protected:
  BatchKeeper() = default;
  BatchKeeper(const BatchKeeper&) = default;
  BatchKeeper& operator=(const BatchKeeper&) = default;
};

/// A batch that this replica has won, and whose end it owes the log.
class ClusterDelivery final : public queue::Delivery {
 public:
  /// Without events.
  explicit ClusterDelivery(std::uint64_t number) noexcept : number_(number) {}
  ClusterDelivery(std::shared_ptr<BatchKeeper> keeper, std::string scraper, const Out& out,
                  std::unique_ptr<CopiedBatch> batch)
      : keeper_(std::move(keeper)),
        scraper_(std::move(scraper)),
        id_(out.batch),
        batch_(std::move(batch)),
        count_(out.events),
        number_(out.number) {}
  ~ClusterDelivery() override;

  /// 0 without events.
  [[nodiscard]] BatchId id() const noexcept { return id_; }
  [[nodiscard]] const queue::Batch& batch() const noexcept override;
  void end_reading() noexcept override { batch_.reset(); }
  [[nodiscard]] std::uint64_t count() const noexcept override { return count_; }
  [[nodiscard]] std::uint64_t number() const noexcept override { return number_; }
  void in_transfer(std::weak_ptr<delivery::Transfer> transfer) override;
  void handed_over(bool /*kernel_will_send*/) override { batch_.reset(); }
  void acknowledged() override;
  [[nodiscard]] bool wants_acknowledged() const noexcept override { return keeper_ != nullptr; }
  void note_cause(const delivery::Cause& cause) override { cause_ = cause; }
  void settle(delivery::Outcome outcome) override;
  [[nodiscard]] std::unique_ptr<queue::Kept> settle_and_keep() override;

 private:
  std::shared_ptr<BatchKeeper> keeper_;  // null without events, and once the outcome is known
  std::string scraper_;
  BatchId id_ = 0;
  std::unique_ptr<CopiedBatch> batch_;
  std::uint64_t count_ = 0;
  std::uint64_t number_ = 0;
  bool is_acknowledged_ = false;
  std::optional<delivery::Cause> cause_;
};

}  // namespace oneshot::cluster
