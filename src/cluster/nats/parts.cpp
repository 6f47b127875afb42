// SPDX-License-Identifier: MIT
#include "cluster/nats/parts.hpp"

#include <algorithm>
#include <iterator>

namespace oneshot::cluster {

std::vector<std::string_view> split(std::string_view checkpoint) {
  std::vector<std::string_view> parts;
  do {
    parts.push_back(checkpoint.substr(0, OrderedLog::longest_record));
    checkpoint.remove_prefix(parts.back().size());
  } while (!checkpoint.empty());
  return parts;
}

Parts::Unfinished& Parts::of(const PartName& name, Sequence sequence) {
  const auto found = std::ranges::find(unfinished_, name.checkpoint, &Unfinished::checkpoint);
  if (found != unfinished_.end()) return *found;
  if (unfinished_.size() == max_unfinished) unfinished_.pop_front();
  return unfinished_.emplace_back(
      Unfinished{.checkpoint = name.checkpoint, .first = sequence, .count = 0, .parts = {name.parts, std::nullopt}});
}

std::optional<Parts::Whole> Parts::add(const PartName& name, Sequence sequence, std::string_view bytes) {
  Unfinished& one = of(name, sequence);
  if (name.parts != one.parts.size() || one.parts[name.part - 1]) return {};
  one.parts[name.part - 1] = std::string(bytes);
  one.whole_since = 0;
  if (++one.count < one.parts.size()) return {};
  Whole whole{.first = one.first, .last = sequence, .bytes = {}};
  for (const auto& part : one.parts) whole.bytes += *part;
  unfinished_.erase(std::ranges::find(unfinished_, name.checkpoint, &Unfinished::checkpoint));
  note_whole(whole);
  return whole;
}

void Parts::note_whole(const Whole& whole) {
  if (places_.size() == max_places) places_.pop_front();
  places_.push_back({.first = whole.first, .last = whole.last});
  std::erase_if(unfinished_, [](Unfinished& one) { return ++one.whole_since == max_whole_since; });
}

Sequence Parts::may_go_below(Sequence below) const noexcept {
  for (const Place& place : places_)
    if (place.last >= below) below = std::min(below, place.first);
  for (const Unfinished& one : unfinished_) below = std::min(below, one.first);
  return below;
}

}  // namespace oneshot::cluster
