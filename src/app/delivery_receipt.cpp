// SPDX-License-Identifier: MIT
#include "app/delivery_receipt.hpp"

#include <asio/awaitable.hpp>
#include <utility>

#include "base/crash_point.hpp"

namespace oneshot::app {
namespace {

/// The queue's way back to the connection. Asked on any worker, also while the connection's own is settling
/// it.
class TransferCarrier final : public queue::Carrier {
 public:
  explicit TransferCarrier(const std::shared_ptr<http::Transfer>& transfer) noexcept : transfer_(transfer) {}

  asio::awaitable<Answer> settle() override {
    const std::shared_ptr<http::Transfer> transfer = transfer_.lock();
    if (!transfer) co_return Answer::settled;
    const http::Transfer::State state = co_await transfer->settle();
    co_return state == http::Transfer::State::settled ? Answer::settled : Answer::under_way;
  }

 private:
  std::weak_ptr<http::Transfer> transfer_;
};

}  // namespace

DeliveryReceipt::DeliveryReceipt(queue::Delivery delivery) noexcept : delivery_(std::move(delivery)) {}

void DeliveryReceipt::on_started(std::shared_ptr<http::Transfer> transfer) {
  transfer_ = std::move(transfer);
  delivery_.carried_by(std::make_shared<TransferCarrier>(transfer_));
}

void DeliveryReceipt::on_handed_over(bool nothing_unread) {
  crash_point("deliver.sent");  // the one at which no order is safe: its events go out again
  delivery_.handed_over(nothing_unread);
}

void DeliveryReceipt::on_settled(Outcome outcome) {
  delivery_.settle(outcome);
  transfer_.reset();
}

}  // namespace oneshot::app
