// SPDX-License-Identifier: MIT
#include "confirm/stored_events.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "exposition/escape.hpp"
#include "exposition/label_text.hpp"
#include "exposition/label_walk.hpp"

namespace oneshot::confirm {
namespace {

/// What a store makes of an event's label whose name the target has too.
enum class Conflict : std::uint8_t {
  honored,       ///< the event's value, also an empty one: then there is none (honor_labels of Prometheus)
  honored_full,  ///< the event's value, unless it is empty
  put_aside,     ///< the target's value, and the event's as exported_NAME
};

/// The first of exported_NAME, exported_exported_NAME, ... that is free.
std::string name_aside(std::string_view name, const Labels& labels) {
  std::string aside(name);
  do aside = "exported_" + aside;
  while (find_label(labels, aside) != nullptr);
  return aside;
}

/// The values are escaped. Empty ones are none in a store.
std::string key_of(std::string_view metric, Labels labels) {
  std::ranges::sort(labels);
  std::string text(metric);
  text += '{';
  for (const auto& [name, value] : labels) {
    if (value.empty()) continue;
    exposition::append_escaped_label(text, name, value);
    text += ',';
  }
  return text;
}

/// An event's labels with those of the target, as stored.
Labels with_target(const Labels& own, const Labels& target, Conflict conflict) {
  Labels all = own;
  for (const auto& [name, value] : target) {
    const auto mine = std::ranges::find(all, name, &std::pair<std::string, std::string>::first);
    if (mine == all.end()) {
      all.emplace_back(name, value);
    } else if (mine->second.empty()) {
      if (conflict != Conflict::honored) mine->second = value;
    } else if (conflict == Conflict::put_aside) {
      std::string aside = std::exchange(mine->second, value);
      all.emplace_back(name_aside(name, all), std::move(aside));
    }
  }
  return all;
}

Labels parsed(std::string_view text) {
  Labels labels;
  while (!text.empty()) {
    const exposition::RenderedLabel label = exposition::take_label(text);
    labels.emplace_back(label.name, label.value);
  }
  return labels;
}

}  // namespace

StoredEvents::StoredEvents(TargetLabels target) : target_(std::move(target)) {
  for (const auto& [name, value] : target_.labels())
    escaped_target_.emplace_back(name, exposition::escaped_label_value(value));
  // Where a label put aside may meet another of its name, Prometheus begins with the shortest one.
  std::ranges::stable_sort(escaped_target_, {}, [](const auto& label) { return label.first.size(); });
}

void StoredEvents::add(const Samples& samples, const std::set<std::int64_t>& times) {
  for (const Series& series : samples.series) {
    const bool there = std::ranges::any_of(series.samples, [&](const Sample& s) { return times.contains(s.unix_ms); });
    if (!there || !target_.admits(series.labels)) continue;
    Labels labels;
    std::string metric;
    for (const auto& [name, value] : series.labels) {
      if (name == "__name__") {
        metric = value;
      } else {
        labels.emplace_back(name, exposition::escaped_label_value(value));
      }
    }
    seen_.try_emplace(key_of(metric, std::move(labels)), false);
  }
}

bool StoredEvents::find(const std::string& key) {
  const auto found = seen_.find(key);
  if (found == seen_.end()) return false;
  found->second = true;
  return true;
}

bool StoredEvents::has(std::string_view metric, std::string_view labels) {
  const Labels own = parsed(labels);
  constexpr std::array all = {Conflict::honored, Conflict::honored_full, Conflict::put_aside};
  return std::ranges::any_of(
      all, [&](Conflict conflict) { return find(key_of(metric, with_target(own, escaped_target_, conflict))); });
}

std::size_t StoredEvents::not_asked_for() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(seen_, [](const auto& one) { return !one.second; }));
}

}  // namespace oneshot::confirm
