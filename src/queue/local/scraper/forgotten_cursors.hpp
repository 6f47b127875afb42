// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "event_log/offset.hpp"

namespace oneshot::queue {

/// Up to where scrapers that stayed away for long had got their events: one that comes again with since= in its query
/// gets none of these twice. The last 256 names, until the program ends. Has no lock: its owner guards it.
class ForgottenCursors {
 public:
  void note(std::string_view name, const event_log::Offset& cursor) {
    take(name);
    if (cursors_.size() == most) cursors_.pop_front();
    cursors_.emplace_back(name, cursor);
  }

  /// That of this name, which is no longer remembered; the begin of the log where there is none.
  event_log::Offset take(std::string_view name) noexcept {
    const auto found = std::ranges::find(cursors_, name, &std::pair<std::string, event_log::Offset>::first);
    if (found == cursors_.end()) return {};
    const event_log::Offset cursor = found->second;
    cursors_.erase(found);
    return cursor;
  }

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp.
  template <class Archive>
  void state(Archive& archive) {
    archive(cursors_);
  }

 private:
  static constexpr std::size_t most = 256;
  std::deque<std::pair<std::string, event_log::Offset>> cursors_;
};

}  // namespace oneshot::queue
