// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

namespace oneshot {

namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const noexcept override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] std::int64_t unix_ms() const noexcept override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  }
};

}  // namespace

const Clock& system_clock() noexcept {
  // Without state and with a trivial destructor in effect, so it may be used until the very end of the
  // program.
  static const SystemClock clock;
  return clock;
}

}  // namespace oneshot
