// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "delivery/outcome.hpp"

namespace oneshot::app {

/// Remembers of scrapers what tells of a proxy in front of them, where one request or one reply does not. Shared by all
/// workers, any thread. It remembers so many scrapers and no more; what comes after that is judged by itself.
class ProxyWatch {
 public:
  static constexpr std::size_t max_scrapers = 1024;

  /// True the first time that this scraper is named, for the first `max_scrapers` of them: a warning is due.
  bool first_time(std::string_view scraper);

  /// What became of a reply for which its connection told `outcome`, where the scraper may be behind a proxy
  /// (ProxySigns::Proxy::perhaps) that was asked to close the connection. Some proxies reset it then at once, after all
  /// was read, and look like a scraper that fails: the second `unconfirmed` in a row is `delivered`, or the same events
  /// would be sent for ever. The row begins anew after that, with every other outcome, and with a reset that did not
  /// come `at_once`: that is of a scraper that stood still and gave up.
  ///
  /// A scraper in doubt (see Way) that has ended such a connection in order has it itself: a relay that resets does so
  /// each time. Its resets are those of a scraper that failed, twice in a row too, where it is stopped again and again:
  /// only the fifth in a row is a relay's that came later.
  delivery::Outcome outcome_of(std::string_view scraper, delivery::Outcome outcome, bool at_once);

  /// The connection of this scraper, which seems to come directly, was reset while it was idle: the scraper has slept
  /// over the reply, or something on the way that nobody sees ends what is idle. The one cannot be told from the other,
  /// so those events go out again; but no later batch shall be in doubt: see Way.
  void was_reset_idle(std::string_view scraper);
  /// What is known of a scraper that seems to come directly.
  enum class Way : std::uint8_t {
    direct,
    /// A reply with a batch has to end the connection: then no time passes between reading and the end, which says what
    /// became of the reply. outcome_of() is asked.
    in_doubt,
    /// Those ends were resets, too, several in a row: a relay stands between, and resets for reasons of its own.
    by_relay,
  };
  [[nodiscard]] Way way_of(std::string_view scraper);

 private:
  struct Known {
    bool named = false;
    unsigned resets = 0;          // in a row
    bool ended_in_order = false;  // once, while it was in doubt
    Way way = Way::direct;
  };
  /// Null where there is no room for one more.
  Known* known(std::string_view scraper);

  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace oneshot::app
