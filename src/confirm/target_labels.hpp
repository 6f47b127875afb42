// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "confirm/evidence.hpp"
#include "confirm/options.hpp"

namespace oneshot::confirm {

/// The labels that the scraper adds to all that it gets from its target (`job`, `instance`, what its service discovery
/// and its config add), and what tells the events of a batch from other series by them.
///
/// An event may have a label of the same name. With `honor_labels: true` the store has the event's value under that
/// name; without, the target's, and the event's as `exported_NAME`. Nothing says which, so both are looked for.
class TargetLabels {
 public:
  /// All labels of `marker` but its name and `scraper`.
  explicit TargetLabels(const Labels& marker);

  /// An event is looked for that went out with these labels (as in queue::BatchEvent).
  void note(std::string_view event_labels);

  /// For a selector: `instance="h:1",job=~"events|nightly"`. A label for which that would be too long, or which this
  /// kind of API cannot be asked for, is left out: admits() tells the rest.
  [[nodiscard]] std::string matchers(Kind kind) const;
  /// Whether a stored series may be one of the events that were noted.
  [[nodiscard]] bool admits(const Labels& stored) const;
  [[nodiscard]] const Labels& labels() const noexcept { return labels_; }

 private:
  /// What events have under the name of one of these labels, the target's own value left out; an empty one is none in
  /// a store.
  struct Values {
    std::set<std::string> values;
    bool any = false;  ///< too many to remember
  };

  Labels labels_;
  std::vector<Values> own_;  // of each of the labels
};

}  // namespace oneshot::confirm
