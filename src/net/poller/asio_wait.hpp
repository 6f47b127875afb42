// SPDX-License-Identifier: MIT
#pragma once

struct epoll_event;

namespace oneshot::net {

/// How a thread waits for the reactor of Asio. Asio's own code calls wait_for_asio() where it would call epoll_wait(2):
/// the one thing that is changed in it (asio_impl.cpp). It waits there whenever it has nothing else to run, and looks
/// there between two rounds of what it runs; no lock of Asio's is held.
class AsioWait {
 public:
  /// As epoll_wait(2). `set` is Asio's epoll set. May run handlers of the context that runs on this thread.
  virtual int wait(int set, epoll_event* events, int most, int timeout) = 0;

 protected:
  ~AsioWait() = default;
};

/// Has this thread wait by `wait` from now on; null: by epoll_wait(2). Returns what was in place before.
AsioWait* set_wait_of_thread(AsioWait* wait) noexcept;

/// What Asio calls.
int wait_for_asio(int set, epoll_event* events, int most, int timeout);

}  // namespace oneshot::net
