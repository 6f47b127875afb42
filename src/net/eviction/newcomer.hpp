// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/unique_fd.hpp"

namespace oneshot::net {

/// A connection that was accepted and has no session yet.
struct Newcomer {
  UniqueFd socket;
  Address address;
  std::uint8_t listener = 0;  ///< the number of the one that has accepted it
};

}  // namespace oneshot::net
