// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "cluster/nats/library.hpp"
#include "cluster/nats/nats_options.hpp"

namespace oneshot::cluster {

/// Who this replica is to the engine, and whom it trusts: what the options name is given to libnats, which reads the
/// files of TLS here, and the credentials at each connection. Errors name the key, the file, and what is wrong with it.
[[nodiscard]] Result<void> set_security(natsOptions* made, const NatsOptions& options);

}  // namespace oneshot::cluster
