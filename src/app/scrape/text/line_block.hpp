// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "app/scrape/text/shown_events.hpp"
#include "exposition/format.hpp"

namespace oneshot::app {

/// Lines of one family that are made ahead, as many as events are read at once, and then written: to the piece at hand
/// as far as that has room, the others to the next. Made are their values and times; their labels stay in the batch.
class LineBlock {
 public:
  static constexpr std::size_t most = EventBlock().size();

  [[nodiscard]] bool is_written() const noexcept { return written_ == made_; }
  /// Once all lines are written: the next ones are of this family. The name lives until these are written.
  void begin(std::string_view metric) noexcept {
    metric_ = metric;
    made_ = written_ = 0;
  }
  /// `most` at most.
  void add(const exposition::SampleLine& line) noexcept {
    assert(made_ < most);
    lines_[made_++] = line;
  }
  /// Until all are written, or `out` has `until` bytes.
  void append_to(std::string& out, const exposition::Format& format, std::size_t until) {
    while (!is_written() && out.size() < until) {
      const auto left = std::span<const exposition::SampleLine>(lines_).subspan(written_, made_ - written_);
      written_ += format.append_samples(out, metric_, left, until);
    }
  }

 private:
  std::array<exposition::SampleLine, most> lines_;
  std::size_t made_ = 0;
  std::size_t written_ = 0;
  std::string_view metric_;
};

}  // namespace oneshot::app
