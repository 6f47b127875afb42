// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream/stream.hpp"

namespace oneshot::test {

class TestStream;

/// The other end of a TestStream: what the client and the two kernels do, and what the session under test has done. It
/// outlives the stream. Everything takes place on the thread that runs the io_context.
class TestPeer {
 public:
  // What the client does.

  /// One piece: a read gives bytes of one piece only.
  void send(std::string_view bytes);
  void end();
  void reset();
  /// As a stream that encrypts says when the client ends the encrypted part only.
  void end_requests();

  // What the kernels do.

  /// How many more bytes our kernel takes; without limit at first.
  void set_room(std::size_t bytes);
  /// Whether the client's kernel acknowledges: what was written, and what will be.
  void acknowledge(bool all);
  /// It acknowledges so many bytes more of what was written.
  void acknowledge(std::size_t bytes);
  std::chrono::milliseconds silent_for{0};
  /// What happens while a read waits completes it at once, so that a cancel() comes too late; or the read notices
  /// later, and a cancel() before that leaves the bytes in the kernel. A real kernel does both.
  bool notices_late = false;
  /// Bytes that the kernel does not take wait inside the stream, as where they have been encrypted.
  bool keeps_rest_inside = false;
  bool encrypted = false;  ///< what the stream says of itself

  // What the session has done.

  std::string written;  ///< what our kernel took
  int writes = 0;       ///< calls that gave it something
  bool ended_by_us = false;
  bool reset_by_us = false;
  bool closed = false;                          ///< the stream is gone
  bool probed = false;                          ///< the kernel asks for signs of life, or did
  std::size_t send_buffer = 0;                  ///< 0: as it was from the begin
  std::chrono::milliseconds given_up_after{0};  ///< 0: the kernel keeps for as long as it likes what is unacknowledged
  std::string misuse;                           ///< what no session may do; empty if it did nothing of the kind

  [[nodiscard]] std::size_t unread() const noexcept;
  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  friend TestStream;

  void changed();
  std::size_t take(std::string_view bytes);
  [[nodiscard]] bool broken() const noexcept { return broken_ || reset_by_us; }

  TestStream* stream_ = nullptr;
  std::deque<std::string> pieces_;
  std::uint64_t sent_ = 0;
  bool ended_ = false;
  bool requests_ended_ = false;
  bool broken_ = false;         // by the client's reset
  bool error_pending_ = false;  // and nobody has fetched the error yet
  std::size_t room_ = std::string::npos;
  bool acknowledging_ = true;
  std::size_t acknowledged_ = 0;
};

/// A connection without a socket, on a real io_context.
class TestStream final : public net::Stream {
 public:
  TestStream(asio::io_context& context, std::shared_ptr<TestPeer> peer);
  ~TestStream() override;

  asio::any_io_executor executor() noexcept override { return context_.get_executor(); }
  asio::awaitable<Transferred> read_some(net::ReadSpace& space) override;
  bool try_write(std::string& bytes) noexcept override;
  asio::awaitable<Transferred> write(const std::string& rest) override;
  asio::error_code shutdown_write() noexcept override;
  void reset() noexcept override;
  void cancel() noexcept override;
  void on_readable(std::function<void()> ready) override;

  [[nodiscard]] std::size_t unread() const noexcept override { return peer_->unread(); }
  [[nodiscard]] bool has_arrived(std::uint64_t given) const noexcept override { return peer_->sent_ > given; }
  void mark_early() noexcept override { early_unread_ = peer_->unread(); }
  [[nodiscard]] bool is_encrypted() const noexcept override { return peer_->encrypted; }
  [[nodiscard]] net::TcpInfo sample() noexcept override;
  [[nodiscard]] bool is_established() const noexcept override;
  [[nodiscard]] net::Sent sent() const noexcept override;
  [[nodiscard]] std::uint64_t acknowledged() const noexcept override;
  void set_send_buffer(std::size_t bytes) noexcept override { peer_->send_buffer = bytes; }
  void give_up_after(std::chrono::milliseconds time) noexcept override { peer_->given_up_after = time; }
  void start_probing() noexcept override { peer_->probed = true; }
  void stop_probing() noexcept override {}

 private:
  friend TestPeer;

  /// One operation that waits, as a read or a write.
  struct Operation {
    explicit Operation(asio::io_context& context) : timer(context) {}
    asio::steady_timer timer;
    bool waits = false;
    bool aborted = false;
  };

  std::size_t count_early(std::size_t size) noexcept override;
  asio::awaitable<bool> wait(Operation& operation);
  static void abort(Operation& operation);
  [[nodiscard]] bool readable() const noexcept;
  [[nodiscard]] net::TcpInfo::State state() const noexcept;
  Transferred take_piece(asio::mutable_buffer space);
  void changed();

  asio::io_context& context_;
  std::shared_ptr<TestPeer> peer_;
  Operation reading_;
  Operation writing_;
  std::string inside_;
  std::function<void()> ready_;
};

}  // namespace oneshot::test
