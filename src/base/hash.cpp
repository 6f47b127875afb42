// SPDX-License-Identifier: MIT
#include "base/hash.hpp"

#include <sys/random.h>

namespace oneshot {

Seed random_seed() noexcept {
  std::uint64_t seed = 0;
  while (seed == 0) {
    if (::getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = 0;
  }
  return Seed{seed};
}

}  // namespace oneshot
