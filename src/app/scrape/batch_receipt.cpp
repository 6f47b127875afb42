// SPDX-License-Identifier: MIT
#include "app/scrape/batch_receipt.hpp"

#include <utility>

#include "app/scrape/proxy/proxy_watch.hpp"
#include "app/scrape/scrape_deadline.hpp"

namespace oneshot::app {
namespace {

delivery::Reader::Peer peer_of(const ProxySigns& signs, ProxyWatch::Way way) noexcept {
  if (way == ProxyWatch::Way::by_relay) return delivery::Reader::Peer::proxy;
  switch (signs.proxy) {
    case ProxySigns::Proxy::none:
      return way == ProxyWatch::Way::in_doubt ? delivery::Reader::Peer::doubtful : delivery::Reader::Peer::itself;
    case ProxySigns::Proxy::perhaps:
      break;
    case ProxySigns::Proxy::certain:
      return delivery::Reader::Peer::proxy;
  }
  return delivery::Reader::Peer::unknown;
}

}  // namespace

std::unique_ptr<DeliveryReceipt> receipt_for(const Scrape& scrape, const ProxySigns& signs,
                                             std::unique_ptr<queue::Delivery> batch) {
  ProxyWatch& watch = scrape.context.services.proxy_watch;
  const ProxyWatch::Way way = watch.way_of(scrape.id());
  const delivery::Reader reader{.peer = peer_of(signs, way),
                                .may_give_up = may_give_up(scrape.request.arrived, scrape.timeout)};
  auto receipt = std::make_unique<DeliveryReceipt>(std::move(batch), reader);
  if ((signs.proxy == ProxySigns::Proxy::perhaps && signs.closes) || way == ProxyWatch::Way::in_doubt)
    receipt->take_outcome_from(watch, scrape.id());
  if (reader.peer == delivery::Reader::Peer::itself || reader.peer == delivery::Reader::Peer::doubtful)
    receipt->tell_idle_reset(watch, scrape.id());
  if (scrape.confirmer != nullptr) receipt->confirm_by(scrape.confirmer, scrape.options->metric);
  return receipt;
}

}  // namespace oneshot::app
