// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "net/stream/stream.hpp"

namespace oneshot::net {

class Peer;

/// Makes of the stream of a new connection the one that its session uses: that one itself, or one over it that
/// encrypts. `listener` is by which address the connection came, as in http::Request; the peer lives longer than the
/// stream. Called on any worker's thread.
using WrapStream =
    std::function<std::unique_ptr<Stream>(std::unique_ptr<Stream> stream, std::uint8_t listener, Peer& peer)>;

}  // namespace oneshot::net
