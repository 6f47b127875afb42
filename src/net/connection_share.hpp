// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "net/stream/kernel_buffers.hpp"

namespace oneshot::net {

/// What a connection may always have, in our memory: what it reads into (8 KiB), the request and the replies that
/// are gathered (16 KiB each), what it consists of.
inline constexpr std::size_t own_share = 48 * 1024;
/// And in the kernel's: both buffers, and the socket with its file.
inline constexpr std::size_t kernel_share = usual_send_buffer + receive_buffer + 8 * 1024;
/// No budget counts this. So the memory that the service needs is max_connections times this, server.max_memory_mib,
/// storage.capacity_mib and `base_memory`: unit and chart do that sum (lint memory_limit).
inline constexpr std::size_t connection_share = own_share + kernel_share;
/// The program, its threads, tables of fixed size, and what the allocator has between pieces in use.
inline constexpr std::size_t base_memory = std::size_t{64} << 20;

}  // namespace oneshot::net
