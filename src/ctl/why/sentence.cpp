// SPDX-License-Identifier: MIT
#include "ctl/why/sentence.hpp"

#include <string_view>

#include "base/text.hpp"
#include "ctl/text/duration.hpp"
#include "ctl/text/local_time.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::int64_t away_after_ms = 300'000;  // the longest scrape interval that anybody has, so far as we know

std::string delivered(const EventCase& one) {
  std::string text = one.scraper.name + " has it";
  if (one.since_unix_ms == 0) return text;
  const std::chrono::milliseconds took(std::max<std::int64_t>(0, one.since_unix_ms - one.came_unix_ms));
  return text + ": delivered at " + local_time(one.since_unix_ms) + ", " + duration_in_words(took) + " after it came";
}

std::string dropped(const EventCase& one) {
  const std::string text = one.scraper.name + " will not get it: ";
  if (one.reason == "skipped") return text + "somebody dropped what waited for it (oneshotctl skip)";
  if (one.reason == "refused")
    return text + "it does not store this event beside others, mostly for a limit for labels or samples of its own";
  if (one.reason == "damaged") return text + "the event was damaged on the disk";
  if (one.reason == "full") return text + "the log was full and this event the oldest; raise storage.capacity_mib";
  return text + "it was dropped" + (one.reason.empty() ? "" : " (" + printable(one.reason) + ')');
}

/// A batch that broke comes again by itself; why it breaks is what somebody has to look at.
std::string after_a_failure(const EventCase& one) {
  const Scraper::Batch& batch = *one.scraper.last_batch;
  return one.scraper.name + " has not got it yet: its last batch failed " + ago(batch.unix_ms, one.now_unix_ms) + " (" +
         batch.text() +
         ") and goes out again; if that goes on, raise its scrape_timeout and its limits, or lower "
         "scrapers.max_events_per_scrape";
}

/// Nothing says what was delivered, so nothing goes out.
std::string unconfirmed(const EventCase& one) {
  const Scraper& scraper = one.scraper;
  if (scraper.holds_events()) return scraper.confirmation->trouble(scraper.name, one.now_unix_ms);
  return "its API at " + scraper.confirmation->url +
         " has not shown a oneshot_batch of the server yet, and until then, or for 20 s of answers, its scrapes get no "
         "events";
}

std::string waiting(const EventCase& one) {
  const Scraper& scraper = one.scraper;
  const std::string begin = scraper.name + " has not got it yet: ";
  if (scraper.last_scrape_unix_ms == 0)
    return begin + "it has not scraped this server since that was started; oneshotctl scrape-config " + scraper.name +
           " prints the job";
  if (one.now_unix_ms - scraper.last_scrape_unix_ms > away_after_ms)
    return begin + "it came last " + ago(scraper.last_scrape_unix_ms, one.now_unix_ms) +
           "; is it up, and does its job still scrape this server as " + scraper.name + '?';
  if (scraper.confirmation && scraper.confirmation->decides == "nothing") return begin + unconfirmed(one);
  if (scraper.last_batch && !scraper.last_batch->delivered()) return after_a_failure(one);
  return begin + "it is one of " + events_in_words(scraper.waiting) + " that wait, and came last " +
         ago(scraper.last_scrape_unix_ms, one.now_unix_ms) + "; it comes with one of the next scrapes";
}

std::string in_flight(const EventCase& one) {
  const std::string way = "it is on its way to " + one.scraper.name +
                          (one.since_unix_ms == 0 ? "" : ", sent " + ago(one.since_unix_ms, one.now_unix_ms));
  if (one.scraper.holds_events())
    return way + ", and whether it arrived only that one's API can say; " +
           one.scraper.confirmation->trouble(one.scraper.name, one.now_unix_ms);
  return way + "; whether it arrived shows at the latest with the next scrape";
}

}  // namespace

std::string sentence_about(const EventCase& one) {
  if (one.state == "delivered") return delivered(one);
  if (one.state == "in_flight") return in_flight(one);
  if (one.state == "dropped") return dropped(one);
  if (one.state == "before_it_came")
    return one.scraper.name + " came later than the event, and begins behind it; oneshotctl replay " +
           one.scraper.name + " --since " + std::to_string(one.came_unix_ms) + " sends it what came since then";
  return waiting(one);
}

}  // namespace oneshot::ctl
