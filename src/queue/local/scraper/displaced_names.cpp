// SPDX-License-Identifier: MIT
#include "queue/local/scraper/displaced_names.hpp"

namespace oneshot::queue {
namespace {

std::size_t place_of(std::uint64_t hash) noexcept { return hash >> 48; }
std::uint16_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint16_t>(hash); }

std::uint32_t ms_of(SteadyTime time) noexcept {
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  return static_cast<std::uint32_t>(since.count());
}

}  // namespace

void DisplacedNames::note(std::string_view name, SteadyTime last_scrape, std::uint16_t in_a_row) noexcept {
  if (entries_ == nullptr) entries_.reset(static_cast<Entry*>(std::calloc(places, sizeof(Entry))));
  if (entries_ == nullptr) return;
  const std::uint64_t hash = hash_bytes(name, seed_);
  entries_[place_of(hash)] = {.tag = tag_of(hash), .in_a_row = in_a_row, .ms = ms_of(last_scrape)};
}

std::uint16_t DisplacedNames::scrapes_before(std::string_view name, SteadyTime now,
                                             std::chrono::milliseconds longest) const noexcept {
  if (entries_ == nullptr) return 0;
  const std::uint64_t hash = hash_bytes(name, seed_);
  const Entry& entry = entries_[place_of(hash)];
  if (entry.tag != tag_of(hash)) return 0;
  const std::chrono::milliseconds ago(ms_of(now) - entry.ms);
  return ago >= comes_again && ago <= longest ? entry.in_a_row : std::uint16_t{0};
}

}  // namespace oneshot::queue
