// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace oneshot::net {

/// What a Poller watches. Every function is called on the thread that runs the poller's context, and may destroy the
/// object.
class Watched {
 public:
  Watched() = default;
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  virtual ~Watched() = default;

 private:
  friend class Poller;

  /// The descriptor is in another state: EPOLLIN, EPOLLRDHUP and their kin, as epoll_wait(2) tells them.
  virtual void on_events(std::uint32_t events) = 0;
  /// What Poller::call_soon() was asked for.
  virtual void on_call() = 0;
  /// The context ends: one of those who wait here is destroyed, and is not told. False: nobody waits.
  virtual bool drop_one() noexcept = 0;

  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  // The poller's.
  std::size_t place_ = nowhere;
  bool is_called_ = false;
};

}  // namespace oneshot::net
