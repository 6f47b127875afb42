// SPDX-License-Identifier: MIT
#include "app/scrape/scrape_body.hpp"

#include <utility>

namespace oneshot::app {
namespace {

/// Returns where padding can go.
exposition::PaddingPlaces append_head(std::string& out, const exposition::Format& format, const HeadParts& parts) {
  exposition::PaddingPlaces places;
  format.append_comment(out, parts.comment);
  places.behind_comment = out.size();
  out += parts.own_metrics;
  places.last_family = out.size();
  format.append_family(out, parts.metric, exposition::MetricType::gauge,
                       "One-shot events: each is sent to each scraper once.");
  return places;
}

}  // namespace

std::string comment_for(const ScraperIdentity& scraper, std::string_view what) {
  std::string comment = "scraper \"" + scraper.id + (scraper.by_name ? "\" (by name), " : "\" (by address), ");
  comment += what;
  comment += "; look without taking: /metrics?peek=1";
  if (scraper.by_name) comment += "&scraper=" + scraper.id;
  return comment;
}

std::string assemble_head(const exposition::Format& format, const HeadParts& parts) {
  std::string head;
  append_head(head, format, parts);
  return head;
}

std::string assemble_padded_head(const exposition::Format& format, const HeadParts& parts, std::uint64_t event_bytes) {
  std::string head;
  const exposition::PaddingPlaces places = append_head(head, format, parts);
  const std::uint64_t bytes = head.size() + event_bytes + format.end().size();
  if (bytes < min_batch_response)
    format.insert_padding(head, places, static_cast<std::size_t>(min_batch_response - bytes));
  return head;
}

ScrapeBody::ScrapeBody(const exposition::Format& format, std::string head, std::unique_ptr<EventText> events) noexcept
    : ScrapeBody(format, std::move(head), nullptr, std::move(events)) {}

ScrapeBody::ScrapeBody(const exposition::Format& format, std::string head, std::unique_ptr<queue::Batch> peeked,
                       std::unique_ptr<EventText> events) noexcept
    : head_(std::move(head)), end_(format.end()), peeked_(std::move(peeked)), events_(std::move(events)) {}

bool ScrapeBody::append_next(std::string& out) {
  if (!head_written_) {
    out += head_;
    head_written_ = true;
  }
  if (events_->append_next(out)) return true;
  out += end_;
  return false;
}

}  // namespace oneshot::app
