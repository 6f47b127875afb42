// SPDX-License-Identifier: MIT
#pragma once

#include <sys/epoll.h>

#include <array>
#include <asio/any_io_executor.hpp>
#include <asio/error_code.hpp>
#include <asio/io_context.hpp>
#include <cstdint>
#include <vector>

#include "base/unique_fd.hpp"
#include "net/poller/asio_wait.hpp"
#include "net/poller/watched.hpp"

namespace oneshot::net {

/// Tells the sockets of one io_context what has happened to them. They are in an epoll set of its own, edge-triggered,
/// and so is the set of Asio's reactor: while the context has nothing to run it waits for both in one call. Timers,
/// posts and coroutines stay Asio's, and wake the context as ever. What this saves is what Asio's reactor does for each
/// wakeup of a socket: a read that fails after each reply, a lock, a place in two queues.
///
/// A service of its context: made by the first who asks, destroyed with it. What waits for a socket then is destroyed
/// without being told, as whatever waits for Asio. The context is to be run by one thread, while an Attached lives
/// there; without one its sockets are told nothing.
class Poller final : public asio::execution_context::service, private AsioWait {
 public:
  using key_type = Poller;
  static asio::execution_context::id id;  // as Asio knows the service

  /// Use of(). Throws std::system_error where the process has no descriptor left.
  explicit Poller(asio::io_context& context);
  static Poller& of(asio::io_context& context) { return asio::use_service<Poller>(context); }

  /// While it lives, this thread waits for the sockets of `context` too. In the order of a stack.
  class Attached {
   public:
    explicit Attached(asio::io_context& context) : before_(set_wait_of_thread(&of(context))) {}
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;
    ~Attached() { set_wait_of_thread(before_); }

   private:
    AsioWait* before_;
  };

  // For what is watched; on the context's thread.

  [[nodiscard]] asio::any_io_executor executor() noexcept { return context_.get_executor(); }
  /// Tells `watched` of `events` of the descriptor, those that it has now included. Errors: as epoll_ctl(2).
  asio::error_code add(int descriptor, Watched& watched, std::uint32_t events);
  /// The same anew, after add().
  asio::error_code change(int descriptor, Watched& watched, std::uint32_t events) noexcept;
  /// After add(): nothing more is told. The descriptor is the owner's to close.
  void remove(Watched& watched) noexcept;
  /// on_call() is called once, after this function has returned, behind all that are ready by now: for who has more to
  /// do and lets others go first.
  void call_soon(Watched& watched);
  /// The context is being destroyed: nothing can be posted any more.
  [[nodiscard]] bool is_ending() const noexcept { return is_ending_; }

 private:
  static constexpr std::size_t batch_size = 128;  // as Asio's

  void shutdown() override;
  int wait(int asio_set, epoll_event* events, int most, int timeout) override;
  asio::error_code control(int what, int descriptor, Watched& watched, std::uint32_t events) noexcept;
  bool nest(int asio_set);
  bool tell(int count);
  void call_all();

  asio::io_context& context_;
  UniqueFd set_;
  int asio_set_ = -1;
  bool is_ending_ = false;
  std::vector<Watched*> all_;
  std::vector<Watched*> soon_;          // asked for; null: it has gone
  std::vector<Watched*> being_called_;  // being taken
  std::array<epoll_event, batch_size> batch_{};
  std::size_t told_ = 0;  // of the batch
  std::size_t count_ = 0;
};

}  // namespace oneshot::net
