// SPDX-License-Identifier: MIT
#include "queue/local/scraper/newcomers.hpp"

#include <algorithm>
#include <map>

namespace oneshot::queue {

Newcomers::Place Newcomers::find_place(Losses::Scrapers& scrapers, std::uint64_t origin, std::size_t max) {
  const auto has_place = [](const Scraper& scraper) { return !scraper.named && !scraper.displaced; };
  std::size_t taken = 0;
  std::size_t own = 0;
  std::map<std::uint64_t, std::size_t> unearned;  // by origin
  for (const auto& [name, scraper] : scrapers) {
    if (!has_place(scraper)) continue;
    ++taken;
    if (scraper.origin == origin) ++own;
    if (!scraper.has_earned_its_place()) ++unearned[scraper.origin];
  }
  const std::size_t quarter = max / 4;
  const bool has_share = origin != 0 && own >= std::max<std::size_t>(quarter, 1);
  const std::size_t room = max - std::min(max, taken);
  if (room > (has_share ? quarter : 0)) return {Verdict::free};

  std::uint64_t gives = origin;
  if (!has_share) {
    const auto most = std::ranges::max_element(unearned, {}, [](const auto& one) { return one.second; });
    if (most == unearned.end()) return {Verdict::all_taken};
    gives = most->first;
  }
  auto oldest = scrapers.end();
  for (auto one = scrapers.begin(); one != scrapers.end(); ++one) {
    const Scraper& scraper = one->second;
    if (!has_place(scraper) || scraper.has_earned_its_place() || scraper.origin != gives) continue;
    if (oldest == scrapers.end() || scraper.first_seen < oldest->second.first_seen) oldest = one;
  }
  if (oldest != scrapers.end()) return {Verdict::instead_of, oldest};
  return {room > 0 ? Verdict::share_used : Verdict::all_taken};
}

}  // namespace oneshot::queue
