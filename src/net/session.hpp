// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "http/handler.hpp"
#include "http/parser.hpp"
#include "net/receipt/tracked_reply.hpp"

namespace oneshot::net {

class Worker;

/// One connection: reads requests, has them answered in order, writes the replies, and finds out what became of those
/// with a receipt. Lives in the frame of its coroutine on its worker's thread; nobody else may touch it there.
///
/// What it never does is simply close: unread input would make the kernel throw away what the peer has not read yet.
class Session final : public delivery::Waiting {
 public:
  Session(Worker& worker, asio::ip::tcp::socket socket, const Address& peer);
  ~Session() override;

  asio::awaitable<void> run();

  asio::awaitable<void> yield() override;
  asio::awaitable<void> pause(std::chrono::milliseconds duration) override;
  asio::awaitable<void> wait(delivery::OneShotEvent& event) override;
  asio::awaitable<void> wait_until(delivery::OneShotEvent& event, SteadyTime until) override;
  [[nodiscard]] bool peer_closed() noexcept override;

  [[nodiscard]] bool stopping() const noexcept override { return stopping_; }

  // For the worker.

  enum class Phase : std::uint8_t {
    header,    ///< a new connection, or a request has begun to arrive: limited by header_timeout
    idle,      ///< between requests: limited by idle_timeout
    handling,  ///< its handler limits itself
    writing,   ///< a reply without a deadline of its own: limited by header_timeout
    ending,    ///< waits for the peer's end
  };
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  [[nodiscard]] SteadyTime since() const noexcept { return since_; }
  /// A reply whose receipt is still open.
  [[nodiscard]] bool has_open_receipt() const noexcept { return tracked_ && !tracked_->settled(); }
  /// Ends what it waits for if its time is over.
  void check_deadline(SteadyTime now);
  /// How firmly it holds its place when a new connection wants one; the lowest give way first.
  enum class Hold : std::uint8_t {
    loose,    ///< in its header, or at its end: nothing is lost with it
    idle,     ///< between requests
    receipt,  ///< silent after a batch: our end is sent, and its answer is the receipt
    firm,     ///< its request is being answered
  };
  [[nodiscard]] Hold hold() const noexcept;
  void give_place();
  /// The program stops: the request in flight is answered, then the connection is half-closed.
  void stop();
  /// The time to stop is over.
  void stop_now();

 private:
  /// How long we wait for the peer's end after ours. A live client answers in milliseconds.
  static constexpr std::chrono::milliseconds ending_timeout{5000};

  /// Replies to pipelined requests are gathered up to here before they are written.
  static constexpr std::size_t gather_limit = 64 * 1024;

  /// Why reading or writing ended.
  enum class End : std::uint8_t {
    none,
    by_peer,     ///< end of stream
    failed,      ///< reset, or any other error
    timeout,     ///< the phase took too long
    gave_place,  ///< to a new connection
    stopped,     ///< the program stops
    ours,        ///< the reply said that it is the last
  };

  void enter(Phase phase) noexcept;
  void interrupt(End why);

  // session.cpp: from bytes to requests
  bool may_read();
  bool note_read(asio::error_code error, std::size_t size);
  void note_request_began();
  http::Answer ask();
  bool answer_at_once(const http::Answer& answer);
  asio::awaitable<bool> answer_later(http::Answer answer);
  http::Reply failure(const std::exception& fault) const;
  bool note_reply(int status);
  void next_request();

  // session_pending.cpp: replies that are not there yet
  struct Pending {
    std::unique_ptr<http::PendingReply> reply;
    http::Method method;  // what its head depends on, since the parser goes on
    int minor_version;
    bool keep_alive;
  };
  bool keep_pending(http::Answer& answer);
  [[nodiscard]] bool joins_pending(http::Progress progress) noexcept;
  [[nodiscard]] bool pending_due() const noexcept;
  http::Reply finished(http::PendingReply& reply) const;
  asio::awaitable<bool> reply_to_pending(bool one_more);

  // session_write.cpp: from replies to bytes
  void append_reply(const http::Reply& reply, bool keep_alive) {
    append_reply(reply, request_.method, parser_.minor_version(), keep_alive);
  }
  void append_reply(const http::Reply& reply, http::Method method, int minor_version, bool keep_alive);
  void append_error_reply(const http::ProtocolError& error);
  bool send_now() noexcept;
  asio::awaitable<bool> flush();
  asio::awaitable<bool> send_piecewise(http::Reply& reply, bool keep_alive);

  // session_end.cpp
  asio::awaitable<void> finish();
  asio::awaitable<void> await_acknowledgement();
  asio::awaitable<void> half_close();

  Worker& worker_;
  asio::ip::tcp::socket socket_;
  http::Parser parser_;
  http::Request request_;
  Address peer_;

  std::uint64_t id_ = 0;
  Phase phase_ = Phase::header;
  SteadyTime since_;  // when the phase began
  End end_ = End::none;
  End interrupted_ = End::none;  // why the operation that is waited for was cancelled
  bool stopping_ = false;
  bool stop_now_ = false;
  bool fresh_ = true;           // no request has been answered yet
  bool request_began_ = false;  // a byte of the next request has been read
  /// How many bytes had arrived, but were not parsed, when the last reply was handed over. A request that begins in
  /// them was sent before its client can have read that reply.
  std::uint64_t early_bytes_ = 0;

  std::shared_ptr<asio::steady_timer> waiting_;  // a handler waits for an event, and need not wait to its end
  std::shared_ptr<TrackedReply> sending_;        // the reply that is being written piece by piece
  std::shared_ptr<TrackedReply> tracked_;        // the last one with a receipt, once it is in the kernel
  std::vector<Pending> pending_;                 // of requests before the one that is read, in order
  std::string out_;                              // replies not yet written
  std::string_view input_;                       // what is left of buffer_
  SteadyTime looked_at_{};                       // when it was read, or had its turn after a reply that took its time
  std::array<char, 8192> buffer_;
};

}  // namespace oneshot::net
