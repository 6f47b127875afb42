// SPDX-License-Identifier: MIT
#include "ctl/scrapers/confirmation.hpp"

#include <algorithm>
#include <chrono>

#include "ctl/server/fields.hpp"
#include "ctl/text/duration.hpp"
#include "ctl/text/plain.hpp"
#include "settings/key/named_sections.hpp"

namespace oneshot::ctl {
namespace {

std::string away_for(const Confirmation& one, std::int64_t now_unix_ms) {
  return duration_in_words(std::chrono::milliseconds(std::max<std::int64_t>(0, now_unix_ms - one.since_unix_ms)));
}

}  // namespace

std::string Confirmation::in_short(std::int64_t now_unix_ms) const {
  if (decides == "api") return "by its API";
  const std::string who = decides == "tcp" ? "by TCP: " : "waits: ";
  return who + (is_away() ? "API away for " + away_for(*this, now_unix_ms) : "no oneshot_batch shows");
}

std::string Confirmation::trouble(const std::string& scraper, std::int64_t now_unix_ms) const {
  const std::string section = settings::section_title("confirm", scraper);
  if (is_away()) {
    const std::string away =
        "its API at " + url + " has not answered the server for " + away_for(*this, now_unix_ms) + " (" + reason + ")";
    if (!holds_events()) return away + ": meanwhile TCP decides what was delivered";
    return away + ": what is out stays open and newer events wait until it answers; start it, correct the url in " +
           section + ", or write unreachable = \"tcp\" there and reload";
  }
  if (!up || decides != "tcp") return {};
  return "its API at " + url +
         " shows no oneshot_batch of the server, so TCP decides what was delivered: is the url in " + section +
         " that of this scraper, and does a relabelling drop the metric?";
}

std::optional<Confirmation> confirmation_of(const json::Value& scraper) {
  const auto found = scraper.member("confirmation");
  if (!found || found->kind() != json::Kind::object) return std::nullopt;
  return Confirmation{plain(text_at(*found, "url")), flag_at(*found, "up"), whole_at(*found, "since_unix_ms"),
                      plain(text_at(*found, "reason")), plain(text_at(*found, "decides"))};
}

}  // namespace oneshot::ctl
