// SPDX-License-Identifier: MIT
// In a file of its own, and around the usual way to finish an event; nor is any value here asked whether it is plain,
// which stamps need not be to come out right. With a second call of that the compiler no longer inlines the one that
// every label goes through, which made each event 5 % dearer.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "event/event_builder.hpp"
#include "event/rejection.hpp"

namespace oneshot::event {

Result<Event, Rejection> EventBuilder::finish_stamped() {
  const std::size_t count = count_labels();
  if (count == 0 && metric_.empty()) return Unexpected{no_labels(!labels_.empty())};
  if (count > max_labels_) return Unexpected{too_many_labels(count, max_labels_)};
  if (Taken stamped = add_stamps(); !stamped) return Unexpected{std::move(stamped.error())};
  const std::size_t limit = std::exchange(max_labels_, SIZE_MAX);
  auto event = finish_as_it_is();
  max_labels_ = limit;
  return event;
}

/// An empty value is none, and has to make room for the stamp.
EventBuilder::Taken EventBuilder::add_stamps() {
  for (const auto& [name, value] : stamps_) {
    const auto found = std::ranges::find(labels_, name, &Label::name);
    if (found != labels_.end() && !found->value.empty() && found->value != value)
      return Unexpected{stamped_label(name, client_)};
    size_ += name.size() + value.size();  // for render(): the limit has been looked at
    const Label stamp{name, value, false};
    if (found != labels_.end())
      *found = stamp;
    else
      labels_.push_back(stamp);
  }
  return {};
}

}  // namespace oneshot::event
