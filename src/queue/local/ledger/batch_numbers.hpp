// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

namespace oneshot::queue {

/// Numbers of expositions, for all scrapers together: each is greater than all before it, also than those of programs
/// before this one, whatever the clock says. They begin at the time in milliseconds and stay exact as a double. Has no
/// lock: its owner guards it.
class BatchNumbers {
 public:
  explicit BatchNumbers(std::int64_t now_unix_ms) noexcept
      : last_(static_cast<std::uint64_t>(std::max<std::int64_t>(now_unix_ms, 0))) {}

  /// A program before this one had noted it, and has given out less than `far` since.
  void restore(std::uint64_t noted) noexcept {
    if (noted == 0) return;
    last_ = std::max(last_, noted + far);
    noted_ = std::max(noted_, noted);
  }
  [[nodiscard]] std::uint64_t next() noexcept { return ++last_; }
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }

  /// The last number is in the file.
  void note() noexcept { noted_ = last_; }
  /// So many were given out since one was noted that the next one is to be: batches are noted as they go out, but an
  /// idle server gives numbers away too, and its file should rest.
  [[nodiscard]] bool is_to_be_noted() const noexcept { return last_ - noted_ >= often; }
  [[nodiscard]] bool is_noted() const noexcept { return noted_ == last_; }

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp.
  template <class Archive>
  void state(Archive& archive) {
    archive(last_, noted_);
  }

 private:
  static constexpr std::uint64_t often = 1'000;
  static constexpr std::uint64_t far = 1'000'000;

  std::uint64_t last_;
  std::uint64_t noted_ = 0;
};

}  // namespace oneshot::queue
