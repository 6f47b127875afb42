// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <tuple>

#include "net/poller/read_space.hpp"
#include "net/stream/tcp_info.hpp"
#include "net/stream/unread_watch.hpp"

namespace oneshot::net {

/// The bytes of one connection, and the facts of the TCP connection below them. Session and TrackedReply know their
/// connection by this class only: PlainStream hands the bytes to a TCP socket as they are, UnixStream to a Unix socket,
/// the tests have a scripted one, and a stream that encrypts fits in between. Used by one thread, the one that runs
/// executor().
///
/// Two things are always TCP's, whatever lies between the bytes and the socket: an end of stream is the peer's FIN, and
/// a byte is written once the kernel has it. Receipts depend on both.
///
/// Virtual, since that costs nothing here: read_some() and write() return the awaitable of the socket's own operation
/// instead of being coroutines, so one indirect call stands where a direct one stood, twice for each request. Counted
/// with callgrind that is about 10 of the 8,890 instructions of a POST in user space. A template would have put all of
/// Session and TrackedReply into headers for that.
class Stream {
 public:
  using Transferred = std::tuple<asio::error_code, std::size_t>;

  /// What read_some() says when the peer will send no more requests, but TCP's end has not come: end the connection in
  /// order, own end first. Not after shutdown_write(): from then on only TCP's end counts.
  static constexpr asio::error::basic_errors no_more_requests = asio::error::shut_down;

  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  virtual asio::any_io_executor executor() noexcept = 0;

  /// Waits for bytes and puts them into `space`, which is taken only then; at least one where there is no error.
  /// Errors: asio::error::eof is the peer's end of TCP, no_more_requests, asio::error::operation_aborted after cancel()
  /// or reset(), any other one a broken connection.
  virtual asio::awaitable<Transferred> read_some(ReadSpace& space) = 0;
  /// Writes what the kernel takes now, with one system call at most, and removes from `bytes` what the stream has
  /// taken. True: the kernel has all of it, and `bytes` is empty. False: the rest, in `bytes` or inside the stream, is
  /// left for write(), which comes next, and also tells what is wrong if something is.
  virtual bool try_write(std::string& bytes) noexcept = 0;
  /// After try_write() said no: waits until the kernel has the rest inside the stream and all of `rest`, which the
  /// caller drops afterwards. Errors as of read_some().
  virtual asio::awaitable<Transferred> write(const std::string& rest) = 0;
  /// How many bytes of memory the stream has for what it has taken and the kernel has not.
  [[nodiscard]] virtual std::size_t held() const noexcept { return 0; }
  /// Sends our end (FIN), after everything that was written. Errors: the connection is broken.
  virtual asio::error_code shutdown_write() noexcept = 0;
  /// Sends a reset (RST) instead of an orderly end: what the peer has not read is lost. Nothing more can be done with
  /// the stream; the operation that is waited for ends.
  virtual void reset() noexcept = 0;
  /// Ends the operation that is waited for. What on_readable() waits for is not told any more.
  virtual void cancel() noexcept = 0;
  /// `ready` is called once, after this function has returned, when there is something to read or the peer has ended.
  virtual void on_readable(std::function<void()> ready) = 0;

  /// Bytes have arrived, here or in the kernel, that no read has given yet.
  [[nodiscard]] bool has_unread() const noexcept { return unread() > 0; }
  /// How many; where bytes are encrypted, those of the wire and what a record has left.
  [[nodiscard]] virtual std::size_t unread() const noexcept = 0;
  /// More bytes have arrived than the `given` ones that reads have given: here, in the kernel, or with a read that has
  /// not resumed yet.
  [[nodiscard]] virtual bool has_arrived(std::uint64_t given) const noexcept = 0;
  /// Marks all bytes that have arrived by now and that no read has given yet: as early, which means sent before the
  /// peer can have read what is written next.
  virtual void mark_early() noexcept = 0;
  /// How many of the `size` bytes that the last read gave were marked. To be asked once after each read.
  [[nodiscard]] std::size_t early_of(std::size_t size) noexcept { return early_unread_ == 0 ? 0 : count_early(size); }

  /// Nobody on the way can read or change the bytes.
  [[nodiscard]] virtual bool is_encrypted() const noexcept { return false; }
  /// As http::Request::peer_names. They live as long as the stream.
  [[nodiscard]] virtual std::span<const std::string> peer_names() const noexcept { return {}; }

  /// A stream that was reset looks closed, with an error.
  [[nodiscard]] virtual TcpInfo sample() noexcept = 0;
  /// Neither side has closed or reset the connection. Takes no pending error away.
  [[nodiscard]] virtual bool is_established() const noexcept = 0;
  /// How far the peer's kernel has got. Takes no pending error away; of a broken connection nothing is unacknowledged.
  [[nodiscard]] virtual Sent sent() const noexcept = 0;
  /// Bytes that the peer's kernel has acknowledged so far. Takes no pending error away.
  [[nodiscard]] virtual std::uint64_t acknowledged() const noexcept = 0;
  /// How much our kernel may hold of what is written (kernel_buffers.hpp).
  virtual void set_send_buffer(std::size_t bytes) noexcept = 0;
  /// What is not acknowledged after this time is given up, also after the end of the stream.
  virtual void give_up_after(std::chrono::milliseconds time) noexcept = 0;
  /// See start_probing() of net/receipt/tcp_info.hpp.
  virtual void start_probing() noexcept = 0;
  virtual void stop_probing() noexcept = 0;

 protected:
  /// Marked bytes that no read has given yet, as the stream counts them: where bytes are encrypted, those of the wire.
  std::uint64_t early_unread_ = 0;

 private:
  /// Only asked while early_unread_ is not 0, which it reduces.
  virtual std::size_t count_early(std::size_t size) noexcept = 0;
};

}  // namespace oneshot::net
