// SPDX-License-Identifier: MIT
// Asio's own code, compiled once here instead of in every file that includes it (ASIO_SEPARATE_COMPILATION). Its
// reactor waits by wait_for_asio(), so that a worker's own sockets are waited for in the same call (net/poller).
#include <sys/epoll.h>

#include <utility>

#include "net/poller/asio_wait.hpp"

namespace oneshot::net {
namespace {

thread_local AsioWait* wait_of_thread = nullptr;

}  // namespace

AsioWait* set_wait_of_thread(AsioWait* wait) noexcept { return std::exchange(wait_of_thread, wait); }

int wait_for_asio(int set, epoll_event* events, int most, int timeout) {
  if (wait_of_thread != nullptr) return wait_of_thread->wait(set, events, most, timeout);
  return ::epoll_wait(set, events, most, timeout);
}

}  // namespace oneshot::net

#define epoll_wait oneshot::net::wait_for_asio
#include <asio/impl/src.hpp>
