// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "json/value.hpp"

namespace oneshot::ctl {

/// How the confirmation of a scraper stands, as the server tells of it (docs/api.md, "Scrapers").
struct Confirmation {
  std::string url;
  bool up = false;
  std::int64_t since_unix_ms = 0;  ///< since when `up` is so; 0: the server has not asked yet
  std::string reason;              ///< why there was no answer
  std::string decides;             ///< "api", "tcp", "nothing"

  /// The API was asked, and does not answer.
  [[nodiscard]] bool is_away() const noexcept { return !up && since_unix_ms != 0; }
  /// No event goes out until the API answers.
  [[nodiscard]] bool holds_events() const noexcept { return is_away() && decides == "nothing"; }
  /// For a cell of a table: "by its API", "waits: API away for 2 min 10 s".
  [[nodiscard]] std::string in_short(std::int64_t now_unix_ms) const;
  /// What is wrong with it and what to do, as the rest of a sentence about `scraper`; empty where all is well.
  [[nodiscard]] std::string trouble(const std::string& scraper, std::int64_t now_unix_ms) const;
};

/// Of the scraper of an answer, if it is confirmed. A server of before this member says nothing.
[[nodiscard]] std::optional<Confirmation> confirmation_of(const json::Value& scraper);

}  // namespace oneshot::ctl
