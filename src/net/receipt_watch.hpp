// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "net/tcp_view.hpp"

namespace oneshot::net {

/// Decides what became of one reply from what its connection shows. A plain state machine: no socket, no timer, no
/// thread; whoever owns the connection tells it what happened, does what the verdict says, and asks no more once a
/// verdict other than `undecided` or `under_way` has been given.
///
///            handed_over()                         a later request, an orderly end,
///   writing ───────────────> sent ───────────────> a newer scrape, idle timeout        ──> delivered
///      │                      │ end of stream while bytes are unacknowledged
///      │                      └──────> ended ───── acknowledged, and no reset for a moment  ──> delivered
///      │                      │          │
///      │ error, deadline      │          │ deadline, no progress                       ──> reset  (cut short)
///      └──────────────────────┴──────────┴──────── the peer reset the connection       ──> unread, cut_short
///
/// Why these rules hold (tried with Prometheus, curl, Python and nginx): a client that gives up or fails while it
/// reads closes with data unread, and then its kernel answers with a reset instead of an orderly end; a client that
/// sends its next request, or ends orderly when all is acknowledged, has read the body to its end. Silence when all is
/// acknowledged is the normal case of a scraper that keeps its connection, and proves nothing yet.
class ReceiptWatch {
 public:
  enum class Verdict : std::uint8_t {
    undecided,
    delivered,
    cut_short,  ///< not delivered: the peer cannot have had all of it
    unread,     ///< not delivered: the peer's kernel may have had all of it
    reset,      ///< reset the connection; then it is cut short
    under_way,  ///< to a newer scrape only: the peer still acknowledges, so let it be
  };

  /// How long after the last byte was written a newer scrape waits for an end of the older connection (a scraper that
  /// failed closes within milliseconds of its next attempt), and an early end of stream for a reset.
  static constexpr std::chrono::milliseconds fresh{100};
  /// How long a newer scrape watches unacknowledged bytes for progress before it withdraws them.
  static constexpr std::chrono::milliseconds progress_window{200};

  /// The last byte is in the kernel. A peer that has sent its end by now cannot have done so after reading all.
  void handed_over(const TcpView& view, SteadyTime now) noexcept;
  [[nodiscard]] bool was_handed_over() const noexcept { return state_ != State::writing; }
  /// We have sent our end (FIN) first. From here on a closed connection is no sign of a reset: only a read tells.
  void end_sent() noexcept { end_sent_ = true; }

  /// The first byte of a later request has been read, and none of it had arrived when the last byte was handed over.
  /// `undecided`: bytes are still unacknowledged, so the client did not wait for the reply (pipelining).
  /// A connection that was reset meanwhile: the request was sent before the reply can have been read.
  [[nodiscard]] Verdict request_began(const TcpView& view) const noexcept;
  /// A read said: end of stream. Later looks go to `poll`.
  Verdict end_of_stream(const TcpView& view, SteadyTime now) noexcept;
  /// A look without news, needed while an end of stream waits for the last acknowledgement, and one that came early
  /// (half-closed: it says nothing about reading) for a reset.
  [[nodiscard]] Verdict poll(const TcpView& view, SteadyTime now) const noexcept;
  /// A read or write failed, or a look showed an error.
  [[nodiscard]] Verdict failed(const TcpView& view) const noexcept;
  /// The scrape timeout has passed.
  [[nodiscard]] Verdict deadline(const TcpView& view) const noexcept;
  /// Nothing more is to come: we sent our end first and the peer answered it, or did not within the time it had; or
  /// the program ends.
  [[nodiscard]] Verdict give_up(const TcpView& view) const noexcept;
  /// A newer scrape of the same scraper asks; `undecided` means: ask again in a few milliseconds.
  Verdict newer_scrape(const TcpView& view, SteadyTime now) noexcept;

 private:
  enum class State : std::uint8_t { writing, sent, ended };

  [[nodiscard]] bool broken(const TcpView& view) const noexcept;
  [[nodiscard]] bool all_acknowledged(const TcpView& view) const noexcept;

  State state_ = State::writing;
  bool end_sent_ = false;
  bool early_end_ = false;  // the peer's end came before it can have read all
  SteadyTime handed_over_at_{};
  std::uint64_t last_byte_ = 0;  // what TcpView::acknowledged is once the peer has acknowledged all
  bool asked_ = false;           // by a newer scrape, while bytes were unacknowledged
  SteadyTime asked_at_{};
  std::uint64_t acknowledged_when_asked_ = 0;
};

}  // namespace oneshot::net
