// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace oneshot::net {

// What the kernel may hold for a connection. It counts the memory of its packets, not their bytes, and takes a buffer
// to be twice what is asked for (socket(7)): so these are what it takes. Without a size of our own it would let a
// connection have 4 MiB of replies that are not read (tcp_wmem) and 6 MiB and more of requests (tcp_rmem).

/// Unread replies of a connection. An ordinary reply fits in; a larger one waits for its reader.
inline constexpr std::size_t usual_send_buffer = 32 * 1024;
/// Requests that have arrived, while the one before is being answered. Also how much a client may send in one round
/// trip.
inline constexpr std::size_t receive_buffer = 32 * 1024;
/// While a long reply is written, where the memory budget has it: as much as the kernel gives without privileges where
/// nobody changed wmem_max. Half of it is on the way at a time.
inline constexpr std::size_t long_reply_send_buffer = 416 * 1024;

/// Two of them fit into the usual send buffer. A peer may tell 40 ms later that a single one has come, but has to tell
/// of each second one (RFC 9293 section 3.8.6.3). On loopback a segment has 64 KiB without this limit, so that nothing
/// else fits in meanwhile: a long reply that got no larger buffer went out at 1.6 MB a second.
inline constexpr std::size_t longest_segment = usual_send_buffer / 2;

/// Connections that this socket accepts from now on have the usual buffers, and no longer segments.
void set_kernel_buffers(int listening_socket) noexcept;
/// In the kernel's count, from now on. What is in the buffer stays.
void set_send_buffer(int socket, std::size_t bytes) noexcept;
/// What is not acknowledged so many milliseconds from now is given up by the kernel, also after close(): without that
/// it keeps the bytes for some minutes.
void give_up_after(int socket, unsigned milliseconds) noexcept;

}  // namespace oneshot::net
