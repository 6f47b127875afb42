// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "app/context.hpp"
#include "app/scrape/admit_scrape.hpp"
#include "app/scrape/delivery_receipt.hpp"
#include "app/scrape/worth.hpp"
#include "base/clock.hpp"
#include "confirm/confirmer.hpp"
#include "exposition/format.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::app {

using SharedConfirmer = std::shared_ptr<confirm::Confirmer>;
using SharedLease = std::shared_ptr<delivery::Lease>;

/// One GET /metrics with what its answer goes by. Lives in the frame of the coroutine that answers it, which awaits all
/// that has it.
struct Scrape {
  Context& context;
  const http::Request& request;
  const std::shared_ptr<const Options> options;  ///< a reload puts another one into the context
  const exposition::Format& format;
  const AdmittedScrape admitted;
  const SharedConfirmer confirmer;  ///< null where nobody confirms what this scraper has got
  const std::chrono::milliseconds timeout;
  const SteadyTime deadline;
  const Worth& worth;

  [[nodiscard]] const ScraperIdentity& scraper() const noexcept { return admitted.scraper; }
  [[nodiscard]] const std::string& id() const noexcept { return admitted.scraper.id; }
};

/// What a scrape is answered with, while the body is still text.
struct UncompressedReply {
  UncompressedReply() = default;
  UncompressedReply(http::Reply r) : reply(std::move(r)) {}  // NOLINT(google-explicit-constructor): without a batch

  http::Reply reply;
  std::unique_ptr<DeliveryReceipt> receipt;  ///< of the batch in it
  std::size_t padding_place = 0;             ///< where padding goes, if there is a batch
  std::string scraper;                       ///< whose batch
};

}  // namespace oneshot::app
