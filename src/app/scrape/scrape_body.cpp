// SPDX-License-Identifier: MIT
#include "app/scrape/scrape_body.hpp"

#include <algorithm>
#include <utility>

#include "exposition/padding.hpp"

namespace oneshot::app {

std::string assemble_head(std::string first_line, bool pad, const std::string& rest, std::uint64_t event_bytes) {
  const std::uint64_t bytes = first_line.size() + rest.size() + event_bytes;
  if (pad && bytes < min_batch_response) {
    const auto missing = static_cast<std::size_t>(min_batch_response - bytes);
    exposition::append_comment_padding(first_line, std::max(missing, exposition::min_padding));
  }
  first_line += rest;
  return first_line;
}

ScrapeBody::ScrapeBody(std::string head, std::unique_ptr<EventText> events) noexcept
    : head_(std::move(head)), events_(std::move(events)) {}

ScrapeBody::ScrapeBody(std::string head, std::unique_ptr<queue::Reading> peeked,
                       std::unique_ptr<EventText> events) noexcept
    : head_(std::move(head)), peeked_(std::move(peeked)), events_(std::move(events)) {}

bool ScrapeBody::append_next(std::string& out) {
  if (!head_written_) {
    out += head_;
    head_written_ = true;
  }
  return events_->append_next(out);
}

}  // namespace oneshot::app
