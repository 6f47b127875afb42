// SPDX-License-Identifier: MIT
#include <cstddef>
#include <utility>

#include "queue/queue.hpp"

namespace oneshot::queue {

StoredOne outcome_of(const StoredOne& appended, const Durable& durable) {
  if (durable.what != Stored::stored) return durable.what;
  return durable.each.empty() ? StoredOne(Stored::stored, appended.id) : durable.each.front();
}

StoredAll outcome_of(StoredAll appended, const Durable& durable, bool each_alone) {
  if (durable.what != Stored::stored || durable.each.empty()) {
    appended.what = durable.what;
    return appended;
  }
  StoredAll all;
  for (std::size_t i = 0; i < durable.each.size(); ++i) {
    const StoredOne& one = durable.each[i];
    all.ids.push_back(one.id);
    if (one.what == Stored::stored) {
      ++all.stored;
    } else if (one.what == Stored::duplicate) {
      ++all.duplicates;
      all.duplicates_at.push_back(i);
    } else if (one.what == Stored::key_reused && each_alone) {
      all.reused_at.push_back(i);
    } else if (all.what == Stored::stored && one.what != Stored::refused_with_another) {
      all.what = one.what;
      all.at = i;
    }
  }
  return all;
}

}  // namespace oneshot::queue
