// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <memory>

#include "app/scrape/delivery_receipt.hpp"
#include "app/scrape/scrape.hpp"
#include "delivery/waiting.hpp"

namespace oneshot::app {

/// The reply with the batch of this receipt, measured, once there is memory for it. Without memory the reply says so,
/// and the events wait for a later scrape. Where the client has left meanwhile, the batch goes back as one that was
/// never sent.
asio::awaitable<UncompressedReply> deliver(const Scrape& scrape, std::unique_ptr<DeliveryReceipt> receipt,
                                           delivery::Waiting& waiting);

}  // namespace oneshot::app
