// SPDX-License-Identifier: MIT
#include "app/scrape/text/families.hpp"

namespace oneshot::app {
namespace {

constexpr std::string_view usual_help = "One-shot events: each is sent to each scraper once.";

}  // namespace

Families::Families(const Options& options) {
  add(options.metric, usual_help, options.event.repeats);
  for (const auto& [name, metric] : options.metrics)
    add(name, metric.help.empty() ? usual_help : metric.help, metric.repeats.value_or(options.event.repeats));
}

std::size_t Families::add(std::string_view name, std::string_view help, event::Repeats repeats) {
  const std::size_t number = all_.size();
  all_.push_back({std::string(name), std::string(help), repeats, false});
  numbers_.emplace(name, number);
  return number;
}

std::size_t Families::find(std::string_view metric) {
  if (all_[last_found_].name == metric) return last_found_;
  const auto found = numbers_.find(metric);
  last_found_ = found != numbers_.end() ? found->second : add(metric, usual_help, all_[usual].repeats);
  all_[last_found_].has_events = true;
  return last_found_;
}

std::vector<std::string> Families::named() const {
  std::vector<std::string> names;
  for (std::size_t family = usual + 1; family < all_.size(); ++family)
    if (all_[family].has_events) names.push_back(all_[family].name);
  return names;
}

void Families::append_head(std::string& out, const exposition::Format& format, std::size_t family) const {
  format.append_family(out, all_[family].name, exposition::MetricType::gauge, all_[family].help);
}

void Families::append_later_heads(std::string& out, const exposition::Format& format) const {
  for (std::size_t place = 1; place < size(); ++place) append_head(out, format, at(place));
}

}  // namespace oneshot::app
