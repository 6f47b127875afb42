// SPDX-License-Identifier: MIT
#include "app/scrape/padded_head.hpp"

namespace oneshot::app {

std::string comment_for(const ScraperIdentity& scraper, std::string_view what) {
  std::string comment = "scraper \"" + scraper.id + (scraper.by_name ? "\" (by name), " : "\" (by address), ");
  comment += what;
  comment += "; look without taking: /metrics?peek=1";
  if (scraper.by_name) comment += "&scraper=" + scraper.id;
  return comment;
}

Head assemble_head(const exposition::Format& format, const HeadParts& parts) {
  Head head;
  exposition::PaddingPlaces places;
  format.append_comment(head.text, parts.comment);
  places.behind_comment = head.text.size();
  head.text += parts.own_metrics;
  places.last_family = head.text.size();
  parts.families.append_head(head.text, format, parts.families.at(0));
  head.padding_place = format.padding_place(head.text, places);
  return head;
}

Head assemble_padded_head(const exposition::Format& format, const HeadParts& parts, std::uint64_t bytes_behind) {
  Head head = assemble_head(format, parts);
  const std::uint64_t bytes = head.text.size() + bytes_behind;
  if (bytes < min_batch_response)
    head.text.insert(head.padding_place, format.padding(static_cast<std::size_t>(min_batch_response - bytes)));
  return head;
}

}  // namespace oneshot::app
