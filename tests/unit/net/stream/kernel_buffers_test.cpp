// SPDX-License-Identifier: MIT
#include "net/stream/kernel_buffers.hpp"

#include <netinet/tcp.h>

#include <string>

#include "unit/net/poller/socket_fixture.hpp"

namespace oneshot::net {
namespace {

TEST_CASE(
    "two segments of a long reply fit into the usual buffer, so that the peer tells at once that they have come") {
  const test::Pair pair = test::tcp_pair(set_kernel_buffers);
  int segment = 0;
  socklen_t size = sizeof segment;
  REQUIRE(::getsockopt(pair.ours.get(), IPPROTO_TCP, TCP_MAXSEG, &segment, &size) == 0);
  CHECK(segment <= static_cast<int>(longest_segment));
  const std::string reply(4 * usual_send_buffer, 'x');
  CHECK(::send(pair.ours.get(), reply.data(), reply.size(), MSG_NOSIGNAL) >= 2 * segment);
}

}  // namespace
}  // namespace oneshot::net
