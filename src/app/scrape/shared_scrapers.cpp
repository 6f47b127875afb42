// SPDX-License-Identifier: MIT
#include "app/scrape/shared_scrapers.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::app {
namespace {

// Enough to see a few scrapers that take turns; a scraper that opens a connection for each scrape fills it in vain.
constexpr std::size_t remembered = 8;
constexpr std::size_t longest_user_agent = 128;

std::string_view product(std::string_view user_agent) noexcept { return user_agent.substr(0, user_agent.find('/')); }

std::string shown(std::string_view user_agent) { return user_agent.empty() ? "none" : std::string(user_agent); }

template <class T>
void put_first(std::vector<T>& list, typename std::vector<T>::iterator found, T value) {
  if (found != list.end()) list.erase(found);
  list.insert(list.begin(), std::move(value));
  if (list.size() > remembered) list.pop_back();
}

}  // namespace

std::optional<std::string> SharedScrapers::note(const Scrape& scrape, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  Known& known = entry(scrape.scraper);
  known.seen = now;
  std::optional<std::string> sign = sign_of_program(known, scrape.user_agent.substr(0, longest_user_agent), now);
  if (scrape.connection != 0) {
    std::optional<std::string> other = sign_of_connection(known, scrape.connection);
    if (!sign) sign = std::move(other);
  }
  if (!sign) return std::nullopt;
  known.sign = now;
  if (known.warned && now - *known.warned < memory) return std::nullopt;
  known.warned = now;
  return sign;
}

bool SharedScrapers::is_shared(std::string_view scraper, SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(scraper);
  return found != known_.end() && found->second.sign && now - *found->second.sign < memory;
}

SharedScrapers::Known& SharedScrapers::entry(std::string_view scraper) {
  const auto found = known_.find(scraper);
  if (found != known_.end()) return found->second;
  if (known_.size() >= max_scrapers) {
    known_.erase(std::ranges::min_element(known_, {}, [](const auto& one) { return one.second.seen; }));
  }
  return known_[std::string(scraper)];
}

std::optional<std::string> SharedScrapers::sign_of_connection(Known& known, std::uint64_t connection) {
  const auto found = std::ranges::find(known.connections, connection);
  const bool in_turn = found != known.connections.end() && found != known.connections.begin();
  put_first(known.connections, found, connection);
  if (!in_turn) return std::nullopt;
  return "two connections scrape in turn";
}

std::optional<std::string> SharedScrapers::sign_of_program(Known& known, std::string_view user_agent, SteadyTime now) {
  std::vector<Program>& programs = known.programs;
  std::erase_if(programs, [now](const Program& one) { return now - one.seen >= memory; });
  const auto found = std::ranges::find(programs, user_agent, &Program::user_agent);
  if (programs.size() < 2) known.versions_returned = 0;
  if (found != programs.end() && found != programs.begin()) ++known.versions_returned;
  const bool in_turn = known.versions_returned >= 2 && found != programs.begin();
  const auto other = std::ranges::find_if(programs, [&](const Program& one) {
    return one.user_agent != user_agent && (in_turn || product(one.user_agent) != product(user_agent));
  });
  std::optional<std::string> sign;
  if (other != programs.end()) {
    sign = "two programs scrape: User-Agent " + shown(other->user_agent) + " and " + shown(user_agent);
  }
  put_first(programs, found, Program{std::string(user_agent), now});
  return sign;
}

}  // namespace oneshot::app
