// SPDX-License-Identifier: MIT
#include "bench/wakeup.hpp"

#include <sys/socket.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <cstdlib>
#include <exception>
#include <string>

#include "net/poller/poller.hpp"
#include "net/stream/plain_stream.hpp"
#include "support/fixed_space.hpp"

namespace oneshot::bench {
namespace {

asio::awaitable<void> answer_all(net::Stream& stream) {
  std::array<char, 100> space{};
  std::string out;
  oneshot::test::FixedSpace buffer(space);
  while (true) {
    const auto [error, size] = co_await stream.read_some(buffer);
    if (error) co_return;
    out.assign(space.data(), size);
    if (!stream.try_write(out)) co_return;
  }
}

}  // namespace

struct Wakeup::Parts {
  asio::io_context context{1};
  net::Poller::Attached attached{context};
  UniqueFd peer;
  std::unique_ptr<net::PlainStream> stream;
};

Wakeup::Wakeup() : parts_(std::make_unique<Parts>()) {
  std::array<int, 2> both{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) != 0) std::exit(1);
  parts_->peer.reset(both[0]);
  parts_->stream = std::make_unique<net::PlainStream>(net::Poller::of(parts_->context), UniqueFd(both[1]));
  if (parts_->stream->watch()) std::exit(1);
  asio::co_spawn(parts_->context, answer_all(*parts_->stream), [](const std::exception_ptr&) {});
}

Wakeup::~Wakeup() = default;

void Wakeup::run(std::uint64_t count) {
  char byte = 'x';
  for (; count > 0; --count) {
    if (::send(parts_->peer.get(), &byte, 1, 0) != 1) std::exit(1);
    while (::recv(parts_->peer.get(), &byte, 1, MSG_DONTWAIT) != 1) parts_->context.poll();
  }
}

}  // namespace oneshot::bench
