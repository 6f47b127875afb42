// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <string>

namespace oneshot::ingest {

/// Texts that an event is made of and that stand nowhere else, such as a number written out. They stay where they are
/// until clear(), and their memory stays for the next event.
class TextPool {
 public:
  void clear() noexcept { used_ = 0; }
  /// An empty one.
  [[nodiscard]] std::string& next() {
    if (used_ == texts_.size()) texts_.emplace_back();
    std::string& text = texts_[used_++];
    text.clear();
    return text;
  }

 private:
  std::deque<std::string> texts_;
  std::size_t used_ = 0;
};

}  // namespace oneshot::ingest
