// SPDX-License-Identifier: MIT
#include "cluster/cluster_delivery.hpp"

#include <utility>

#include "queue/batch_end.hpp"

namespace oneshot::cluster {
namespace {

/// What the connection alone has said is enough: what nobody has proved by then will not be proved.
class NothingKept final : public queue::Kept {
 public:
  explicit NothingKept(std::uint64_t number) noexcept : number_(number) {}
  [[nodiscard]] std::uint64_t number() const noexcept override { return number_; }
  [[nodiscard]] std::uint64_t count() const noexcept override { return 0; }
  [[nodiscard]] std::unique_ptr<queue::Batch> open() override { return nullptr; }
  bool send_again() override { return false; }
  bool send_again(std::span<const queue::EventRef>) override { return false; }

 private:
  std::uint64_t number_;
};

}  // namespace

ClusterDelivery::~ClusterDelivery() {
  if (keeper_ == nullptr) return;
  keeper_->settle(scraper_, id_, delivery::Outcome::truncated, queue::withdrawn_batch(count_, 0));
}

const queue::Batch& ClusterDelivery::batch() const noexcept {
  if (batch_ == nullptr) return queue::no_events();
  return *batch_;
}

void ClusterDelivery::in_transfer(std::weak_ptr<delivery::Transfer> transfer) {
  if (keeper_ != nullptr) keeper_->in_transfer(scraper_, id_, std::move(transfer));
}

void ClusterDelivery::acknowledged() {
  if (keeper_ != nullptr && !std::exchange(is_acknowledged_, true)) keeper_->acknowledged(scraper_, id_);
}

void ClusterDelivery::settle(delivery::Outcome outcome) {
  batch_.reset();
  const std::shared_ptr<BatchKeeper> keeper = std::exchange(keeper_, nullptr);
  if (keeper == nullptr) return;
  keeper->settle(scraper_, id_, outcome, queue::end_of_batch(outcome, cause_, count_, 0));
}

std::unique_ptr<queue::Kept> ClusterDelivery::settle_and_keep() {
  settle(delivery::Outcome::delivered);
  return std::make_unique<NothingKept>(number_);
}

}  // namespace oneshot::cluster
