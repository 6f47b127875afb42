// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace oneshot::app {

/// Notices when one identity looks like two scrapers: they share one queue, so each event reaches only one of them. Two
/// Prometheus servers behind one address do, and so does a person who looks at /metrics from the address of one.
///
/// Signs of it, within an hour:
/// - a connection scrapes again after another one has: a scraper that has left a connection never comes back to it;
/// - two programs (what is before the `/` of User-Agent) scrape, or two versions of one in turn (one change of the
///   version is an upgrade, and a change back its end).
///
/// Shared by all workers, any thread. It remembers so many identities and no more; the one not seen for longest goes.
class SharedScrapers {
 public:
  static constexpr std::chrono::hours memory{1};
  static constexpr std::size_t max_scrapers = 1024;

  struct Scrape {
    std::string_view scraper;
    std::string_view user_agent;
    std::uint64_t connection = 0;  ///< its number; 0 where it is a proxy's, which says nothing about who scrapes
  };

  /// Notes a scrape. The sign it gives, in words, where a warning about this scraper is due: at most once an hour.
  std::optional<std::string> note(const Scrape& scrape, SteadyTime now);
  /// There was a sign within the last hour.
  [[nodiscard]] bool is_shared(std::string_view scraper, SteadyTime now) const;

 private:
  struct Program {
    std::string user_agent;
    SteadyTime seen;
  };
  struct Known {
    std::vector<std::uint64_t> connections;  // of late, the last one first
    std::vector<Program> programs;           // likewise
    unsigned versions_returned = 0;          // how often a version came back after another one
    SteadyTime seen{};
    std::optional<SteadyTime> sign;
    std::optional<SteadyTime> warned;
  };

  Known& entry(std::string_view scraper);
  static std::optional<std::string> sign_of_connection(Known& known, std::uint64_t connection);
  static std::optional<std::string> sign_of_program(Known& known, std::string_view user_agent, SteadyTime now);

  mutable std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace oneshot::app
