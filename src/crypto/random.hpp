// SPDX-License-Identifier: MIT
#pragma once

#include "crypto/sha256.hpp"

namespace oneshot::crypto {

/// 256 bits that nobody can guess, from the kernel (getrandom(2)), which waits until it has any. Ends the program where
/// the kernel has no such call.
[[nodiscard]] Digest random_digest();

}  // namespace oneshot::crypto
