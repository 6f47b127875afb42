// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
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
#include "http/parse/parser.hpp"
#include "net/eviction/eviction_candidate.hpp"
#include "net/receipt/tracked_reply.hpp"
#include "net/session/connection_context.hpp"
#include "net/session/read_buffer.hpp"
#include "net/stream/stream.hpp"
#include "net/stream/unread_watch.hpp"

namespace oneshot::net {

/// One connection: reads requests, has them answered in order, writes the replies, and finds out what became of those
/// with a receipt. Lives in the frame of its coroutine; every function is called on the thread of its stream.
///
/// A session never simply closes: unread input would make the kernel throw away what the peer has not read yet.
class Session final : public delivery::Waiting {
 public:
  /// `context` outlives the session. `id` is unique while the program runs, from 1. `listener`: as in http::Request.
  Session(ConnectionContext& context, std::unique_ptr<Stream> stream, const Address& peer, std::uint64_t id,
          std::uint8_t listener = 0);
  /// Every receipt has been told its outcome afterwards.
  ~Session() override;

  /// Returns when the connection can be closed.
  asio::awaitable<void> run();

  // For the handler (session_wait.cpp).

  asio::awaitable<void> yield() override;
  asio::awaitable<void> pause(std::chrono::milliseconds duration) override;
  asio::awaitable<void> wait(delivery::OneShotEvent& event) override;
  asio::awaitable<void> wait_until(delivery::OneShotEvent& event, SteadyTime until) override;
  [[nodiscard]] bool peer_closed() noexcept override;
  [[nodiscard]] bool peer_reset() noexcept override;

  [[nodiscard]] bool stopping() const noexcept override { return stop_ != Stop::no; }

  // For the worker.

  enum class Phase : std::uint8_t {
    opened,    ///< a new connection, no byte has come: limited by header_timeout
    idle,      ///< between requests: limited by idle_timeout
    header,    ///< a request has begun to arrive: limited by header_timeout
    handling,  ///< its handler limits itself
    writing,   ///< a reply without a deadline of its own: limited by header_timeout
    ending,    ///< waits for the peer's end
  };
  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  /// When the phase began; of the first request's header, when the connection was opened.
  [[nodiscard]] SteadyTime since() const noexcept { return since_; }
  /// The last reply with a receipt has no outcome yet.
  [[nodiscard]] bool has_open_receipt() const noexcept { return tracked_ && !tracked_->settled(); }
  /// The peer has left replies unread for a second or two: whoever else is waiting is worth more.
  [[nodiscard]] bool has_unread_reply() const noexcept { return unread_.is_stale(); }
  /// Ends what the session waits for if the time of its phase is over, or that of a reply to be read.
  void check_deadline(SteadyTime now);

  // For the worker, where places are short (session_eviction.cpp).

  [[nodiscard]] const Address& peer() const noexcept { return peer_; }
  /// http::Reply::scraper of the last scrape; 0: there was none.
  [[nodiscard]] std::uint64_t scraper() const noexcept { return scraper_; }
  [[nodiscard]] EvictionPriority eviction_priority(SteadyTime now) const noexcept;
  /// Bytes have arrived that the session has not got to yet, as the kernel says.
  [[nodiscard]] bool request_waits() const noexcept;
  /// Its eviction priority, which is `silent` without them, where request_waits().
  [[nodiscard]] EvictionPriority priority_of_asking(EvictionPriority silent) const noexcept;
  /// Has the connection end, also with a request that has arrived and was not begun with. False: its priority is
  /// `never` by now. Only interrupts: the session ends in its own turn.
  bool evict(SteadyTime now);
  /// The same; false also where something has happened to it since it was offered.
  bool evict_as(const EvictionCandidate& offered, SteadyTime now);

  // Likewise: the program's stop.

  /// The program stops: the request in flight is answered, then the connection is half-closed.
  void stop();
  /// The time to stop is over.
  void stop_now();

 private:
  /// How long we wait for the peer's end after ours. A live client answers in milliseconds.
  static constexpr std::chrono::milliseconds ending_timeout{5000};

  /// Replies to pipelined requests are gathered up to here before they are written.
  static constexpr std::size_t gather_limit = 64 * 1024;

  /// Why the connection ends.
  enum class End : std::uint8_t {
    none,     ///< it lives on
    by_peer,  ///< end of stream
    failed,   ///< reset, or any other error
    timeout,  ///< the phase took too long
    unread,   ///< a reply was not acknowledged in time
    evicted,  ///< to make room for a new connection
    stopped,  ///< the program stops
    ours,     ///< the reply said that it is the last
  };
  enum class Stop : std::uint8_t {
    no,
    in_order,  ///< after the request in flight
    now,
  };

  void enter(Phase phase) noexcept;
  void interrupt(End why);
  [[nodiscard]] bool between_requests() const noexcept { return phase_ <= Phase::idle; }
  [[nodiscard]] bool stalled(SteadyTime now) const noexcept;
  void run_errands() {
    if (Errands& errands = context_.errands(); errands.due()) errands.run();
  }
  [[nodiscard]] std::chrono::milliseconds phase_limit() const noexcept;
  [[nodiscard]] std::chrono::milliseconds borrower_limit() const noexcept;
  void look_for_unread(SteadyTime now);

  // session.cpp: from bytes to requests
  bool may_read();
  asio::awaitable<Stream::Transferred> read_some();
  bool note_read(asio::error_code error, std::size_t size);
  void note_request_began();
  http::Answer ask();
  bool answer_at_once(const http::Answer& answer);
  asio::awaitable<void> answer_later(http::Answer answer);
  static http::Reply failure(std::string_view path, const std::exception& fault);
  bool note_reply(int status, bool closes = false);
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
  static http::Reply finished(http::PendingReply& reply);
  asio::awaitable<void> reply_to_pending(bool one_more);

  // session_write.cpp: from replies to bytes
  void append_reply(const http::Reply& reply, bool keep_alive) {
    append_reply(reply, parser_.request().method, parser_.minor_version(), keep_alive);
  }
  void append_reply(const http::Reply& reply, http::Method method, int minor_version, bool keep_alive);
  void append_error_reply(const http::ProtocolError& error);
  bool send_now() noexcept;
  asio::awaitable<bool> flush();
  void note_early_bytes() noexcept;
  void give_memory_back() noexcept;  // after all of out_ was written
  bool borrow_for_rest();
  void enlarge_send_buffer(std::uint64_t reply_size) noexcept;
  void shrink_send_buffer() noexcept;
  asio::awaitable<void> send_piecewise(http::Reply& reply, bool keep_alive);

  // session_end.cpp
  asio::awaitable<void> finish();
  asio::awaitable<void> await_acknowledgement();
  asio::awaitable<void> half_close();
  asio::awaitable<asio::error_code> await_end_before_ours();
  [[nodiscard]] bool our_turn() const noexcept;
  asio::awaitable<void> end_after_peer();
  asio::awaitable<void> await_reader();
  void leave_unread() noexcept;
  [[nodiscard]] bool all_is_acknowledged() noexcept { return stream_->sent().unacknowledged == 0; }
  void reset_unread() noexcept;

  ConnectionContext& context_;
  std::unique_ptr<Stream> stream_;
  http::Parser parser_;
  Address peer_;

  // What goes on, why it ends, and what the program wants: each moves on its own.
  Phase phase_ = Phase::opened;
  End end_ = End::none;
  End interrupted_ = End::none;  // why the operation that is waited for was cancelled
  Stop stop_ = Stop::no;
  SteadyTime since_;            // see since()
  SteadyTime blocked_since_{};  // when the kernel took no more of a reply; not set: it takes what comes
  std::uint64_t given_ = 0;     // bytes that reads have given
  std::uint64_t scraper_ = 0;   // see scraper()

  /// How many bytes of input_ had arrived when the last reply was handed over; the stream knows of those that were not
  /// read then. A request that begins in them was sent before its client can have read that reply.
  std::size_t early_bytes_ = 0;

  std::shared_ptr<asio::steady_timer> waiting_;  // a handler waits for an event, and need not wait to its end
  std::shared_ptr<TrackedReply> sending_;        // the reply that is being written piece by piece
  std::shared_ptr<TrackedReply> tracked_;        // the last one with a receipt, once it is in the kernel
  std::vector<Pending> pending_;                 // of requests before the one that is read, in order
  std::string out_;                              // replies not yet written
  http::MemoryBudget::Lease out_memory_;         // of out_, while the peer does not take it
  http::MemoryBudget::Lease kernel_memory_;      // of a send buffer that is larger than usual
  UnreadWatch unread_;
  std::string_view input_;  // bytes of buffer_ that are not parsed yet
  SteadyTime read_at_{};    // when input_ was read, or when parsing went on after a slow reply
  ReadBuffer buffer_;       // taken while the parser needs what is in it
};

}  // namespace oneshot::net
