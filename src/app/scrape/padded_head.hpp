// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/scrape/scraper_identity.hpp"
#include "app/scrape/text/families.hpp"
#include "exposition/format.hpp"

namespace oneshot::app {

/// The body of a response that carries a batch is never shorter than this, compressed or not. Clients read ahead (Go
/// 4 KiB, Python 8 KiB) before they give up; only what lies beyond makes their kernel answer with a reset, by which we
/// know that they gave up. Padding stands before the events, so that the events are what is read last.
inline constexpr std::uint64_t min_batch_response = 16 * 1024;

/// The comment that a scrape begins with, for people: whose scrape it is, and what became of the events.
/// `scraper "10.0.0.7" (by address), <what>; look without taking: /metrics?peek=1`
std::string comment_for(const ScraperIdentity& scraper, std::string_view what);

/// What stands before the events of a scrape.
struct HeadParts {
  std::string_view comment;
  std::string_view own_metrics;  ///< whole lines of the same format
  const Families& families;      ///< of the events: the HELP and TYPE lines of the first one come last
};
struct Head {
  std::string text;
  std::size_t padding_place = 0;  ///< where in the text padding goes, or has gone
};
Head assemble_head(const exposition::Format& format, const HeadParts& parts);
/// The same before events and tail of `bytes_behind` bytes, padded so that all together have `min_batch_response` bytes
/// or more.
Head assemble_padded_head(const exposition::Format& format, const HeadParts& parts, std::uint64_t bytes_behind);

}  // namespace oneshot::app
