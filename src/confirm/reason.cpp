// SPDX-License-Identifier: MIT
#include "confirm/reason.hpp"

#include <array>

namespace oneshot::confirm {
namespace {

constexpr std::array limits = {
    std::string_view("sample limit exceeded"),     // Prometheus
    std::string_view("body size limit exceeded"),  // Prometheus
    std::string_view("label_limit exceeded"),      // Prometheus; so the next two
    std::string_view("label_value_length_limit"),
    std::string_view("label_name_length_limit"),
    std::string_view("exceeds sample_limit"),  // VictoriaMetrics; so the others
    std::string_view("exceeds -promscrape.maxScrapeSize"),
    std::string_view("exceeds max_scrape_size"),
    std::string_view("exceeds label_limit"),
    std::string_view("series_limit"),
};
constexpr std::array timeouts = {
    std::string_view("context deadline exceeded"),
    std::string_view("Client.Timeout exceeded"),
    std::string_view("timeout exceeded"),
    std::string_view("i/o timeout"),
};

template <class Words>
bool has_any(std::string_view text, const Words& words) noexcept {
  for (const std::string_view word : words)
    if (text.find(word) != std::string_view::npos) return true;
  return false;
}

bool equal(const std::string* a, const std::string* b) noexcept { return a != nullptr && b != nullptr && *a == *b; }

}  // namespace

std::string last_error_of(const std::vector<Target>& targets, const Labels& marker) {
  const std::string* const job = find_label(marker, "job");
  const std::string* const instance = find_label(marker, "instance");
  for (const Target& target : targets) {
    if (equal(find_label(target.labels, "job"), job) && equal(find_label(target.labels, "instance"), instance))
      return target.last_error;
  }
  return {};
}

std::optional<delivery::Outcome> outcome_of_error(std::string_view error) noexcept {
  if (has_any(error, limits)) return delivery::Outcome::refused;
  if (has_any(error, timeouts)) return delivery::Outcome::timed_out;
  return std::nullopt;
}

}  // namespace oneshot::confirm
