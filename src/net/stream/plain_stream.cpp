// SPDX-License-Identifier: MIT
#include "net/stream/plain_stream.hpp"

#include "net/stream/kernel_buffers.hpp"

namespace oneshot::net {

bool PlainStream::has_arrived(std::uint64_t given) const noexcept { return received_bytes(handle()) > given; }

TcpInfo PlainStream::sample() noexcept { return sample_tcp(handle()); }

bool PlainStream::is_established() const noexcept { return net::is_established(handle()); }

Sent PlainStream::sent() const noexcept { return sample_sent(handle()); }

std::uint64_t PlainStream::acknowledged() const noexcept { return acknowledged_bytes(handle()); }

void PlainStream::give_up_after(std::chrono::milliseconds time) noexcept {
  net::give_up_after(handle(), static_cast<unsigned>(time.count()));
}

void PlainStream::start_probing() noexcept { net::start_probing(handle()); }

void PlainStream::stop_probing() noexcept {
  if (is_open()) net::stop_probing(handle());
}

}  // namespace oneshot::net
