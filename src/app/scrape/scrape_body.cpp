// SPDX-License-Identifier: MIT
#include "app/scrape/scrape_body.hpp"

#include <utility>

#include "exposition/writer.hpp"

namespace oneshot::app {

std::string assemble_tail(const exposition::Format& format, std::string_view scraper, std::uint64_t number) {
  std::string tail;
  if (number != 0) {
    constexpr std::string_view marker = "oneshot_batch";
    exposition::Writer writer(tail, format);
    writer.family(marker, exposition::MetricType::gauge,
                  "The number of this exposition, which only grows: where it is stored, the batch beside it is too.");
    writer.sample(marker, {{"scraper", scraper}}, number);
  }
  tail += format.end();
  return tail;
}

ScrapeBody::ScrapeBody(std::string head, std::unique_ptr<EventText> events, std::string tail, BodyHolds holds) noexcept
    : ScrapeBody(std::move(head), nullptr, std::move(events), std::move(tail), std::move(holds)) {}

ScrapeBody::ScrapeBody(std::string head, std::unique_ptr<queue::Batch> peeked, std::unique_ptr<EventText> events,
                       std::string tail, BodyHolds holds) noexcept
    : head_(std::move(head)),
      tail_(std::move(tail)),
      holds_(std::move(holds)),
      peeked_(std::move(peeked)),
      events_(std::move(events)) {}

bool ScrapeBody::append_next(std::string& out) {
  if (!head_written_) {
    out += head_;
    head_written_ = true;
  }
  if (events_->append_next(out)) return true;
  out += tail_;
  return false;
}

}  // namespace oneshot::app
