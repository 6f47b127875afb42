// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::delivery {

/// What a reply on its way keeps others from writing over, as its connection sees it. Any thread.
class Lease {
 public:
  enum class Wanted : std::uint8_t {
    no,        ///< nobody needs the room
    progress,  ///< the room is short: the reply goes on while its reader acknowledges bytes
    back,      ///< at once, whatever its reader does: others are refused for want of this room
  };

  virtual ~Lease() = default;
  [[nodiscard]] virtual Wanted wanted(SteadyTime now) const noexcept = 0;
  /// The reply was given up for the sake of the room; once.
  virtual void ended() noexcept = 0;
};

}  // namespace oneshot::delivery
