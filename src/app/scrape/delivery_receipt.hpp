// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/scrape/proxy/proxy_watch.hpp"
#include "confirm/confirmer.hpp"
#include "delivery/outcome.hpp"
#include "delivery/receipt.hpp"
#include "queue/delivery.hpp"

namespace oneshot::app {

/// Ties a batch to the reply that carries it: the connection reports here what becomes of the reply, and the
/// queue asks through here when a newer scrape wants to know.
///
///   connection ──owns──> DeliveryReceipt ──owns──> queue::Delivery ┄┄weak┄┄> delivery::Transfer
///
/// The queue knows the transfer weakly: the transfer owns this receipt, so a strong way back would be a circle. While
/// the outcome is open the receipt itself keeps the transfer; a transfer that is gone has told its outcome before. Made
/// on the connection's own thread, where all calls come.
///
/// Where the scraper has a confirmer, that decides: what the connection says goes there, as one witness of several.
class DeliveryReceipt final : public delivery::Receipt {
 public:
  explicit DeliveryReceipt(std::unique_ptr<queue::Delivery> delivery, const delivery::Reader& reader = {}) noexcept;
  ~DeliveryReceipt() override;

  /// This watch, which outlives the receipt, says what became of the reply, under the scraper's name.
  void take_outcome_from(ProxyWatch& watch, std::string scraper);
  /// The watch, which outlives the receipt, is told where the connection is reset while it is idle.
  void tell_idle_reset(ProxyWatch& watch, std::string scraper);
  /// The scraper's own API decides. The events without a name of their own go out under the name `metric`. Before
  /// on_started().
  void confirm_by(std::shared_ptr<confirm::Confirmer> confirmer, const std::string& metric);
  /// The others go out under these names. Likewise.
  void goes_out_as(std::vector<std::string> metrics);

  /// The events of the batch, valid until end_reading(), on_handed_over() or the end of this receipt.
  [[nodiscard]] const queue::Batch& batch() const noexcept { return delivery_->batch(); }
  void end_reading() noexcept { delivery_->end_reading(); }
  [[nodiscard]] std::uint64_t count() const noexcept { return delivery_->count(); }
  [[nodiscard]] std::uint64_t number() const noexcept { return delivery_->number(); }

  [[nodiscard]] delivery::Reader reader() const noexcept override { return reader_; }
  void on_started(std::shared_ptr<delivery::Transfer> transfer) override;
  void on_handed_over(bool nothing_unread) override;
  [[nodiscard]] bool wants_acknowledged() const noexcept override { return delivery_->wants_acknowledged(); }
  void on_acknowledged() override { delivery_->acknowledged(); }
  void on_idle_reset() override;
  void on_failed(const delivery::Cause& cause) override;
  void on_settled(delivery::Outcome outcome) override;

 private:
  std::shared_ptr<delivery::Transfer> transfer_;
  const delivery::Reader reader_;
  ProxyWatch* watch_ = nullptr;                    // says what became of it
  ProxyWatch* told_ = nullptr;                     // of an idle reset
  std::string scraper_;                            // for the watch
  std::shared_ptr<queue::Delivery> delivery_;      // ends before the transfer: where that is gone, the batch is settled
  std::shared_ptr<confirm::Confirmer> confirmer_;  // null: this receipt settles
  bool reset_at_once_ = false;
  bool settled_ = false;
};

}  // namespace oneshot::app
