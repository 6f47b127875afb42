// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace oneshot::cluster {

/// 2.9.10, which Debian 12 has, left a copy of the log behind for ever after a restart of its node, and 2.10 up to .22
/// could lose its order when a node's disk was full.
inline constexpr std::string_view oldest_engine = "2.10.23";

/// By numbers, from the left; what is behind a `-` is not looked at.
[[nodiscard]] bool is_older(std::string_view version, std::string_view than);

/// The version that this node ("nats://n1:4222", "n1:4222") tells; "": it tells none, or does not answer. libnats does
/// not tell it; the first line that a node sends does, also with TLS, unless the handshake comes first
/// (`handshake_first`). Blocks for a second for each address of the node at most, and for as long as a name takes to be
/// found.
[[nodiscard]] std::string version_of_node(const std::string& server);

/// Whether each of these nodes ("nats://n1:4222") that answers now is new enough; how many have told their version.
/// Blocks for each as version_of_node() does.
[[nodiscard]] Result<std::size_t> check_engine_versions(const std::vector<std::string>& servers);

}  // namespace oneshot::cluster
