// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/session/session.hpp"
#include "support/test_stream.hpp"

namespace oneshot::test {

/// What one receipt was told.
struct ReceiptLog {
  int started = 0;
  int handed_over = 0;
  bool nothing_unread = false;
  int idle_resets = 0;
  int settled = 0;
  delivery::Outcome outcome{};
  bool in_order = true;  ///< started, handed over, settled; nothing afterwards
  std::shared_ptr<delivery::Transfer> transfer;
};

struct ReceivedReply {
  int status = 0;
  std::string body;
  bool close = false;  ///< Connection: close
};

/// The whole replies that begin `bytes`, 100 Continue included. Whatever follows them is put into `rest`.
std::vector<ReceivedReply> parse_replies(std::string_view bytes, std::string* rest = nullptr);

/// One net::Session on a TestStream, in front of a handler that answers by path:
///   /batch?N   a body of N bytes with a receipt           /pieces?N   the same in three pieces
///   /body?N    a body of N bytes, no receipt              /stream?N   the same in three pieces
///   /later     "later", after a yield                     /wait       "waited", once `event` is notified
///   /until     "notified", "closed", "stopping" or "in time": why wait_until() returned
///   /throw, /throw-later   an exception                   else        200, without a body
///   /scrape-without-events   of scraper 5
///   /pending   http::PendingReply "pending", once finish_pending() was called
/// A pipelined request gets no receipt, as http::Request asks for.
class SessionRig final : public http::Handler {
 public:
  /// Header timeout 1 s, idle timeout 5 s: deadlines that tests reach by the time they give to check_deadline().
  SessionRig();
  /// Destroys what has not ended, as a worker at the program's end does.
  ~SessionRig() override;

  /// Runs all that is ready. Does not wait for timers.
  void run();
  /// Runs, timers too, until `condition` holds; false after ten seconds.
  bool run_until(const std::function<bool()>& condition);
  /// Runs a coroutine beside the session's.
  void spawn(asio::awaitable<void> work);
  /// The session is over: run() has returned, or was destroyed.
  [[nodiscard]] bool ended() const noexcept { return session_ == nullptr; }
  /// Until ended().
  [[nodiscard]] net::Session& session() { return *session_; }
  void destroy_session();
  /// Those of its worker.
  [[nodiscard]] net::Errands& errands() noexcept { return context_.errands(); }
  [[nodiscard]] net::ReadBufferPool& read_buffers() noexcept { return context_.read_buffers(); }

  /// Now, and so much later: for check_deadline() and evict().
  static SteadyTime in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }
  [[nodiscard]] std::vector<ReceivedReply> replies() const { return parse_replies(peer->written); }
  [[nodiscard]] std::uint64_t resets() const noexcept { return context_.statistics().replies_reset.load(); }
  [[nodiscard]] bool all_receipts_settled_once() const;
  /// Makes all pending replies ready; with `later` those to come as well.
  void finish_pending(bool later = false);
  /// Everything that holds in every history of a connection; empty, or the rule that is broken.
  [[nodiscard]] std::string broken_rule() const;

  http::Answer handle(const http::Request& request, delivery::Waiting& waiting) override;

  net::Options options;
  http::MemoryBudget memory{1024 * 1024};
  std::shared_ptr<TestPeer> peer = std::make_shared<TestPeer>();
  delivery::OneShotEvent event;
  std::chrono::milliseconds reply_time{10'000};  ///< deadline of a reply with a receipt
  delivery::Reader reader;                       ///< of the replies with a receipt
  bool closes = false;                           ///< these replies end their connection
  std::vector<std::string> requests;             ///< "POST /path body", with "pipelined " before it
  std::vector<std::shared_ptr<ReceiptLog>> receipts;

 private:
  static asio::awaitable<void> run_session(std::unique_ptr<net::Session> session, net::Session** current);
  asio::awaitable<http::Reply> later(std::string path, delivery::Waiting& waiting);
  http::Reply sized_reply(const http::Request& request);

  net::ConnectionContext context_{*this, options, memory};
  std::vector<delivery::OneShotEvent::Notifier> pending_;
  bool pending_is_ready_ = false;
  net::Session* session_ = nullptr;
  std::optional<asio::io_context> io_{std::in_place, 1};
};

}  // namespace oneshot::test
