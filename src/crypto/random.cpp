// SPDX-License-Identifier: MIT
#include "crypto/random.hpp"

#include <sys/random.h>

#include <cstdlib>

namespace oneshot::crypto {

// Of up to 256 bytes all come at once.
Digest random_digest() {
  Digest made;
  if (::getrandom(made.bytes.data(), made.bytes.size(), 0) != static_cast<ssize_t>(made.bytes.size())) std::abort();
  return made;
}

}  // namespace oneshot::crypto
