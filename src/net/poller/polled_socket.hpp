// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/unique_fd.hpp"
#include "net/poller/pending_operation.hpp"
#include "net/poller/poller.hpp"
#include "net/poller/read_space.hpp"

namespace oneshot::net {

/// What a read says that gives fewer bytes than there is room for.
enum class ShortRead : std::uint8_t {
  takes_all,   ///< nothing more has arrived by now: TCP
  may_be_cut,  ///< nothing: a Unix socket stops before a message with descriptors too
};

/// A connected stream socket that the Poller of its context watches. One read and one write may wait at a time, of
/// either kind; what ends them runs on the context's thread, as everything here, and never inside the call that began
/// them. An operation that waits does not keep io_context::run() going: the coroutine that awaits it does.
///
/// A read is tried when there is reason to: once the kernel has told of bytes, an end or an error, and until a read was
/// short. So a byte is in the kernel until the moment in which its reader goes on.
class PolledSocket final : private Watched {
 public:
  PolledSocket(Poller& poller, UniqueFd socket, ShortRead short_read) noexcept;
  /// What waits ends with asio::error::operation_aborted.
  ~PolledSocket() override;

  /// To be called once, before any other function. Errors: as epoll_ctl(2).
  asio::error_code watch();

  /// -1 after close().
  [[nodiscard]] int handle() const noexcept { return socket_.get(); }
  [[nodiscard]] asio::any_io_executor executor() noexcept { return poller_.executor(); }
  /// Bytes that the kernel has taken, by send() or async_write().
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

  /// void(asio::error_code, std::size_t): at least one byte, or an error. asio::error::eof is the peer's end,
  /// operation_aborted is cancel() or close(), bad_descriptor comes after close().
  template <class Token>
  auto async_read_some(ReadSpace& space, Token&& token) {
    return asio::async_initiate<Token, void(asio::error_code, std::size_t)>(
        [this, &space](auto handler) {
          reader_.hold(std::move(handler));
          space_ = &space;
          begin_read();
        },
        token);
  }
  /// void(asio::error_code, std::size_t): all of `bytes`, which live until then, or an error and how many.
  template <class Token>
  auto async_write(std::string_view bytes, Token&& token) {
    return asio::async_initiate<Token, void(asio::error_code, std::size_t)>(
        [this, bytes](auto handler) {
          writer_.hold(std::move(handler));
          rest_ = bytes;
          begin_write();
        },
        token);
  }
  /// Calls `ready` once, when there is something to read, the peer's end and errors included. In place of what it was
  /// called with before; nothing of it is told after cancel() or close().
  void on_readable(std::function<void()> ready);

  /// Writes what the kernel takes now: how many bytes; -1 where it takes none, with the reason in errno.
  std::ptrdiff_t send(std::string_view bytes) noexcept;
  /// Sends our end (FIN). Errors: as shutdown(2).
  asio::error_code shutdown_send() noexcept;
  void cancel() noexcept;
  void close() noexcept;

 private:
  void on_events(std::uint32_t events) override;
  void on_call() override { go_on(); }
  bool drop_one() noexcept override;

  void begin_read();
  void begin_write();
  void go_on();
  void go_on_reading();
  void go_on_writing();
  void await_room();
  void tell_readable();

  Poller& poller_;
  UniqueFd socket_;
  bool trusts_short_reads_;
  bool watches_room_ = false;
  bool may_have_bytes_ = false;  // or an end, or an error; not set: the kernel will tell
  bool may_have_room_ = true;
  bool reads_next_ = true;  // where both a read and a write can go on
  PendingOperation reader_;
  PendingOperation writer_;
  ReadSpace* space_ = nullptr;
  std::string_view rest_;
  std::size_t done_ = 0;  // bytes of what is being written before rest_
  std::uint64_t written_ = 0;
  std::function<void()> readable_;
};

}  // namespace oneshot::net
