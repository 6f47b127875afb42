// SPDX-License-Identifier: MIT
#include "app/scrape/deliver.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "app/scrape/batch_memory.hpp"
#include "app/scrape/exposition_reply.hpp"
#include "app/scrape/measure.hpp"
#include "app/scrape/out_of_order_warning.hpp"
#include "app/scrape/padded_head.hpp"
#include "app/scrape/refusals.hpp"
#include "app/scrape/scrape_body.hpp"

namespace oneshot::app {
namespace {

UncompressedReply reply_with_batch(const Scrape& scrape, std::unique_ptr<DeliveryReceipt> receipt,
                                   std::unique_ptr<EventText> text, http::MemoryBudget::Lease memory) {
  const std::uint64_t count = receipt->count();
  const std::string own = own_metrics(scrape, count);
  const std::string comment = comment_for(scrape.scraper(), events_in_words(count) + " in this batch");
  std::string tail = assemble_tail(scrape.format, scrape.id(), receipt->number());
  Head head = assemble_padded_head(scrape.format, {comment, own, text->families()}, text->size() + tail.size());
  UncompressedReply made = exposition_reply(scrape);
  BodyHolds holds{std::move(memory), Turns::Turn()};
  made.reply.source =
      std::make_unique<ScrapeBody>(std::move(head.text), std::move(text), std::move(tail), std::move(holds));
  made.reply.closes = scrape.context.services.proxy_watch.way_of(scrape.id()) == ProxyWatch::Way::in_doubt;
  made.receipt = std::move(receipt);
  made.padding_place = head.padding_place;
  made.scraper = scrape.id();
  return made;
}

asio::awaitable<UncompressedReply> deliver_with(http::MemoryBudget::Lease memory, const Scrape& scrape,
                                                std::unique_ptr<DeliveryReceipt> receipt, delivery::Waiting& waiting) {
  const SharedLease lease = receipt->batch().lease();
  auto text = event_text(scrape, receipt->batch());
  const bool measured = co_await measure(scrape, *text, lease, waiting);
  if (!measured) co_return ended_before_the_reply();  // the batch goes back as one that was never sent
  warn_of_out_of_order(scrape.id(), *text);
  receipt->goes_out_as(text->families().named());
  UncompressedReply made = reply_with_batch(scrape, std::move(receipt), std::move(text), std::move(memory));
  made.reply.lease = lease;
  co_return made;
}

}  // namespace

asio::awaitable<UncompressedReply> deliver(const Scrape& scrape, std::unique_ptr<DeliveryReceipt> receipt,
                                           delivery::Waiting& waiting) {
  auto borrowing = borrow_memory(scrape, receipt->batch(), waiting);
  std::optional<http::MemoryBudget::Lease> memory = co_await std::move(borrowing);
  if (!memory) {
    const std::uint64_t number = receipt->number();
    receipt.reset();
    if (scrape.confirmer != nullptr) scrape.confirmer->issued(number);
    co_return without_batch(scrape, "no batch: server.max_memory_mib is used up by other connections", number);
  }
  auto delivering = deliver_with(std::move(*memory), scrape, std::move(receipt), waiting);
  UncompressedReply made = co_await std::move(delivering);
  co_return made;
}

}  // namespace oneshot::app
