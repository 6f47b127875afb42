// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <memory>

#include "delivery/lease.hpp"
#include "delivery/receipt.hpp"
#include "net/receipt/receipt_watch.hpp"
#include "net/stream/stream.hpp"

namespace oneshot::net {

/// One reply with a deadline, and with the receipt that wants to know what becomes of it (or none: then only the
/// deadline matters). Its session, the deadline's timer and a newer scrape (through the receipt) share it. Every
/// function is called on the connection's thread; resolve() may be called on any worker's, and goes to the
/// connection's.
class TrackedReply final : public delivery::Transfer, public std::enable_shared_from_this<TrackedReply> {
 public:
  /// `stream` must live until release(). `lease`: what is kept until handed_over(), or null.
  TrackedReply(Stream& stream, std::unique_ptr<delivery::Receipt> receipt,
               std::shared_ptr<delivery::Lease> lease = nullptr);

  /// Tells the receipt, and starts the timer: a reply that is not acknowledged at `deadline` is reset. `size`: bytes of
  /// its body.
  void start(SteadyTime deadline, std::uint64_t size = 0);
  /// The last byte is in the kernel.
  void handed_over();

  // The events that the session observes.
  void request_began();
  void end_of_stream();
  void failed();
  void end_sent() noexcept { watch_.end_sent(); }
  void poll();
  void give_up();
  /// The session and its stream are about to go: a receipt that is still open is told its outcome, as by failed().
  void release();

  [[nodiscard]] bool settled() const noexcept { return watch_.settled(); }
  [[nodiscard]] SteadyTime deadline() const noexcept { return deadline_; }
  [[nodiscard]] bool by_reader_itself() const noexcept { return watch_.is_reader(); }
  [[nodiscard]] bool has_rested() const noexcept { return watch_.has_rested(); }
  [[nodiscard]] bool has_receipt() const noexcept { return receipt_ != nullptr; }

  asio::awaitable<State> resolve() override;

 private:
  using Verdict = ReceiptWatch::Verdict;

  TcpInfo sample();
  using Why = delivery::Cause::What;
  /// `why` counts where that ends the reply.
  void apply(Verdict verdict, Why why = Why::broken);
  void finish(delivery::Outcome outcome, Why why);
  void await(SteadyTime moment, void (TrackedReply::*look)(const TcpInfo& view));
  void await_deadline();
  void await_lease();
  void await_rest(SteadyTime look);
  void await_sign_of_life();
  void look_at_deadline(const TcpInfo& view);
  void look_at_lease(const TcpInfo& view);
  [[nodiscard]] bool has_to_end(const TcpInfo& view, SteadyTime now) noexcept;
  void look_for_rest(const TcpInfo& view);
  void look_for_sign_of_life(const TcpInfo& view);
  void probe();
  void end_probing();
  void reset_connection();
  static asio::awaitable<State> resolve_here(std::shared_ptr<TrackedReply> self);
  static asio::awaitable<void> tell_when_acknowledged(std::shared_ptr<TrackedReply> self);

  Stream* stream_;  // null after release()
  asio::any_io_executor executor_;
  asio::steady_timer timer_;     // for one thing at a time: lease, rest, deadline, the answer to a probe
  std::uint64_t last_wait_ = 0;  // its number
  std::unique_ptr<delivery::Receipt> receipt_;
  std::shared_ptr<delivery::Lease> lease_;  // null once nothing is kept
  std::uint64_t acknowledged_ = 0;          // while something is kept, and since when
  SteadyTime progress_at_{};
  SteadyTime may_give_up_;  // delivery::Reader
  ReceiptWatch watch_;
  SteadyTime deadline_{};
  delivery::Cause cause_;          // so far its numbers
  std::uint64_t sent_before_ = 0;  // on this connection, and acknowledged
  bool probing_ = false;           // the kernel asks the peer's for signs of life
  SteadyTime probing_since_{};
  SteadyTime heard_before_{};  // when the peer's kernel had said something last, before it was probed
};

}  // namespace oneshot::net
