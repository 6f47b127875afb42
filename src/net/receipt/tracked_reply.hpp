// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <memory>

#include "delivery/receipt.hpp"
#include "net/receipt/receipt_watch.hpp"

namespace oneshot::net {

/// One reply with a deadline, and with the receipt that wants to know what becomes of it (or none: then only the
/// deadline matters). Shared by its session, by the deadline's timer, and by whoever asks through the receipt: all of
/// them on the connection's own thread, resolve() alone may be called elsewhere and hops there.
class TrackedReply final : public delivery::Transfer, public std::enable_shared_from_this<TrackedReply> {
 public:
  /// `socket` must live until release().
  TrackedReply(asio::ip::tcp::socket& socket, std::unique_ptr<delivery::Receipt> receipt);

  /// Tells the receipt, and starts the clock: what is not acknowledged by then is reset.
  void start(SteadyTime deadline);
  /// The last byte is in the kernel.
  void handed_over();

  // What the session sees happen.
  void request_began();
  void end_of_stream();
  void failed();
  void end_sent() noexcept { watch_.end_sent(); }
  void poll();
  void give_up();
  /// The session is going, and its socket with it: whatever is still open is cut short.
  void release();

  [[nodiscard]] bool settled() const noexcept { return watch_.settled(); }
  [[nodiscard]] SteadyTime deadline() const noexcept { return deadline_; }
  [[nodiscard]] bool has_receipt() const noexcept { return receipt_ != nullptr; }

  asio::awaitable<State> resolve() override;

 private:
  using Verdict = ReceiptWatch::Verdict;

  TcpInfo sample();
  void apply(Verdict verdict);
  void finish(delivery::Outcome outcome);
  void probe();
  void await_sign_of_life();
  void end_probing();
  void reset_connection();
  static asio::awaitable<State> resolve_here(std::shared_ptr<TrackedReply> self);

  asio::ip::tcp::socket* socket_;
  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  std::unique_ptr<delivery::Receipt> receipt_;
  ReceiptWatch watch_;
  SteadyTime deadline_{};
  bool probing_ = false;  // the socket asks for signs of life
  SteadyTime probing_since_{};
};

/// Sends a reset (RST) instead of an orderly end: whatever the peer has not read is gone.
void reset(asio::ip::tcp::socket& socket) noexcept;

}  // namespace oneshot::net
