// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "app/scrape/delivery_receipt.hpp"
#include "app/scrape/proxy/proxy_signs.hpp"
#include "app/scrape/scrape.hpp"
#include "queue/delivery.hpp"

namespace oneshot::app {

/// The receipt of a batch that goes out with this scrape: what an end of the connection proves depends on who is at the
/// other end, the scraper itself or a proxy, as the request and earlier replies show it.
std::unique_ptr<DeliveryReceipt> receipt_for(const Scrape& scrape, const ProxySigns& signs,
                                             std::unique_ptr<queue::Delivery> batch);

}  // namespace oneshot::app
