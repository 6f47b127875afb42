// SPDX-License-Identifier: MIT
#include "app/scrape/delivery_receipt.hpp"

#include <utility>

#include "base/crash_point.hpp"

namespace oneshot::app {

DeliveryReceipt::DeliveryReceipt(std::unique_ptr<queue::Delivery> delivery, const delivery::Reader& reader) noexcept
    : reader_(reader), delivery_(std::move(delivery)) {}

void DeliveryReceipt::take_outcome_from(ProxyWatch& watch, std::string scraper) {
  watch_ = &watch;
  scraper_ = std::move(scraper);
}

void DeliveryReceipt::tell_idle_reset(ProxyWatch& watch, std::string scraper) {
  told_ = &watch;
  scraper_ = std::move(scraper);
}

void DeliveryReceipt::confirm_by(std::shared_ptr<confirm::Confirmer> confirmer, const std::string& metric) {
  confirmer_ = std::move(confirmer);
  confirmer_->taken(delivery_, metric);
}

void DeliveryReceipt::goes_out_as(std::vector<std::string> metrics) {
  if (confirmer_ != nullptr && !metrics.empty()) confirmer_->goes_out_as(delivery_->number(), std::move(metrics));
}

DeliveryReceipt::~DeliveryReceipt() {
  if (confirmer_ != nullptr && !settled_) confirmer_->withdrawn(delivery_->number());
}

void DeliveryReceipt::on_started(std::shared_ptr<delivery::Transfer> transfer) {
  transfer_ = std::move(transfer);
  delivery_->in_transfer(transfer_);
}

void DeliveryReceipt::on_handed_over(bool nothing_unread) {
  crash_point("deliver.sent");  // the one at which no order is safe: its events go out again
  delivery_->handed_over(nothing_unread);
  if (confirmer_ != nullptr) confirmer_->handed_over(delivery_->number());
}

void DeliveryReceipt::on_idle_reset() {
  if (told_ != nullptr) told_->was_reset_idle(scraper_);
}

void DeliveryReceipt::on_failed(const delivery::Cause& cause) {
  reset_at_once_ = cause.at_once;
  delivery_->note_cause(cause);
}

void DeliveryReceipt::on_settled(delivery::Outcome outcome) {
  const delivery::Outcome became = watch_ == nullptr ? outcome : watch_->outcome_of(scraper_, outcome, reset_at_once_);
  settled_ = true;
  delivery_->end_reading();  // the confirmer may take its time
  if (confirmer_ != nullptr) {
    confirmer_->told(delivery_->number(), became);
  } else {
    delivery_->settle(became);
  }
  transfer_.reset();
}

}  // namespace oneshot::app
