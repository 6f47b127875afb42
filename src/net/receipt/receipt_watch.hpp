// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "delivery/reader.hpp"
#include "net/stream/tcp_info.hpp"

namespace oneshot::net {

/// The state machine of a delivery: decides what became of one reply from what its connection shows. No socket, no
/// timer, no thread: its owner (TrackedReply) brings each event, with a sample of the connection, and applies the
/// verdict. The watch remembers what it has observed, since a reset shows in one sample only.
///
///                 handed_over          end_of_stream
///      writing ───────────────> sent ───────────────> ended
///         │                      │                      │
///         └──────────────────────┴──────────────────────┴───> settled: delivered, unconfirmed,
///                                                                     truncated, timed_out or reset
///
/// What leads there, by state; – is `undecided` and no change. "all": the peer has acknowledged all. A row holds where
/// none above it does.
///
///     event            writing                    sent                                 ended
///     ─────────────    ───────────────────────    ─────────────────────────────────    ─────────────────────────
///     any, broken      as the table below says    as the table below says              as the table below says
///     handed_over      to sent                    once only                            once only
///     request_began    –                          all: delivered                       all: delivered (b)
///     end_of_stream    – (nobody reads then)      to ended, and as poll there          as poll
///     poll             –                          –                                    all (c): delivered
///     rested           –                          all, 1 s ago: it has rested          as sent
///     deadline         timed_out                  all: probe (e); else timed_out       all: delivered; else timed_out
///     answered         –                          it has outlived its deadline         –
///     give_up          reset                      all: delivered; else reset           all: delivered; else reset
///     newer_scrape     progress: under_way;       all, 100 ms ago and asked 100 ms     as sent
///                      none for 400 ms: reset     ago (g), or (d): delivered;
///                                                 not all: as writing
///
///     (b) cannot come: after its end a peer sends nothing
///     (c) an end that came before the peer can have read all says nothing about reading: then a reset may follow, so
///         100 ms after the last byte was written
///     (d) the peer has ended in order, after it had all
///     (e) undecided, but the peer's kernel is probed for a sign of life. A scraper that gave up by now has reset the
///         connection. A reset is sent once and may have got lost; a kernel that has no such connection any more
///         repeats the reset when it is probed. The probe comes now and not with a newer scrape: by then the connection
///         may have died for other reasons, after all was stored. It does not come after a long silence: a middlebox
///         that has forgotten the connection may answer in the peer's place
///
/// "Broken": a reset shows in this sample or an earlier one, or `failed` says so. What it means depends on when it
/// came: a scraper that fails closes with data unread within moments, or when its own timeout is over; everything else
/// that resets a connection does so for reasons of its own. The first row that fits:
///
///     what the peer had, and when                         the reader itself    unknown          a proxy
///     ────────────────────────────────────────────────    ─────────────────    ─────────────    ─────────
///     not all, the scrape timeout is near or over         timed_out            timed_out        timed_out
///     not all                                             truncated            truncated        truncated
///     all, and it outlived its deadline (answered)        timed_out            delivered        delivered
///     all, and it had rested                              unconfirmed (f)      delivered (f)    delivered
///     all, the scrape timeout is near or over             timed_out            timed_out        timed_out
///     all                                                 unconfirmed          unconfirmed      delivered
///
///     A program that is known, and has the connection itself, closes with a reset only where it has left bytes unread,
///     however late that is: one that stood still (stopped, or short of processor time) does so when it goes on, and
///     its kernel has acknowledged, and answered for it, all that time. What nobody knows is given the benefit of the
///     doubt: a relay that ends what is idle. Where such a relay stands unseen before a known program, its reset is
///     taken for the program's: that is what reset_while_idle() tells the owner, who can end later connections in time,
///     and say that their peer is doubtful. Such a one is as the reader itself, but see the next sentence.
///
///     A proxy has "all" also where less than two segments are unacknowledged: it may reset a connection at once when
///     it has read the reply, sooner than its kernel acknowledges the last of it. Not where its end came before it can
///     have read all, see (c).
///
///     (f) timed_out where the scrape timeout is near or over: a scraper that slept over the reply gives up then
///     (g) 500 ms, where the reader itself may have given up by now: see `lag`
///
/// "Near or over" is told by time_is_near(), which comes some time before the scraper's own timeout can end; "rested"
/// by a look at the connection, a second after the last acknowledgement. Both are looks and no differences between two
/// moments, since a program that was stopped for a while sees a reset long after it came.
///
/// Once we have sent our own end, a closed connection is no sign of a reset, since both ends may be through: only a
/// read tells. A newer scrape is then left to what that read says.
///
/// Why these rules hold (tried with Prometheus, curl, Python, HAProxy and nginx): a client that gives up or fails while
/// it reads closes with data unread, and then its kernel answers with a reset instead of an orderly end. A client that
/// sends its next request, or ends in order when all is acknowledged, has read the body to its end. Silence when all is
/// acknowledged is the normal case of a scraper that keeps its connection, and proves nothing yet. HAProxy resets
/// connections that it has no use for any more: 5 to 11 s after the reply, with `http-server-close` at once.
class ReceiptWatch {
 public:
  using Peer = delivery::Reader::Peer;

  enum class Verdict : std::uint8_t {
    undecided,
    under_way,  ///< to a newer scrape only: the peer still acknowledges, so the reply goes on
    probe,      ///< at the deadline only: start_probing(), for a few seconds
    // Settled: no later event changes it; the verdict on each of those is `undecided`.
    delivered,
    truncated,    ///< not delivered: the peer cannot have had all of it
    unconfirmed,  ///< not delivered: the peer's kernel may have had all of it
    timed_out,    ///< reset the connection, if the peer has not: nobody will read the reply in time
    reset,        ///< reset the connection; then the reply is truncated
  };

  /// How long a newer scrape waits for an end of the older connection, counted from the last byte's writing and from
  /// the newer scrape's question. A scraper that failed closes before its next attempt, but on the way the attempt may
  /// overtake the end. An early end of stream waits as long for a reset.
  static constexpr std::chrono::milliseconds fresh{100};
  /// How long a newer scrape waits for that end where a scraper may have slept until its timeout was over: then it
  /// gives up the older scrape and asks anew in the same moment, and on a busy machine the reset comes behind.
  static constexpr std::chrono::milliseconds lag{500};
  /// How long a newer scrape watches unacknowledged bytes for progress before it withdraws them: longer than a lost
  /// acknowledgement takes to be repeated (TCP_RTO_MIN is 200 ms).
  static constexpr std::chrono::milliseconds progress_window{400};
  /// A peer that has been silent for longer is not probed, see (e).
  static constexpr std::chrono::seconds longest_silence{30};

  /// How long after the last acknowledgement a connection has rested: a reset that comes later is no sign of a scraper
  /// that failed. One that fails was seen to close within milliseconds; this leaves room for one that is kept from
  /// running.
  static constexpr std::chrono::seconds rest{1};
  /// Behind the last acknowledgement, the time in which a relay ends a connection that it has read to its end. Relays
  /// were seen to do so within milliseconds; a program that was stopped stands for longer.
  static constexpr std::chrono::milliseconds moments{250};

  ReceiptWatch() = default;
  /// `peer`: as the request shows it. A scraper that fails cannot speak through a proxy anyway.
  explicit ReceiptWatch(Peer peer) noexcept : peer_(peer) {}

  /// The last byte is in the kernel. A peer that has sent its end by now cannot have done so after reading all.
  void handed_over(const TcpInfo& view, SteadyTime now) noexcept;
  /// The other end is the reader's own, as far as the server knows.
  [[nodiscard]] bool is_reader() const noexcept { return peer_ == Peer::itself || peer_ == Peer::doubtful; }
  [[nodiscard]] bool settled() const noexcept { return state_ == State::settled; }
  /// After handed_over(): the peer's kernel has the last byte, as the sample shows.
  [[nodiscard]] bool has_all(const TcpInfo& view) noexcept;
  /// We have sent our end (FIN) first.
  void end_sent() noexcept { end_sent_ = true; }

  /// The first byte of a later request has been read, and that byte had not arrived when the last byte of the reply was
  /// handed over. `undecided`: bytes are still unacknowledged, so the client did not wait for the reply (pipelining).
  /// Where the connection was reset meanwhile, the request was sent before the reply can have been read.
  Verdict request_began(const TcpInfo& view) noexcept;
  /// A read said: end of stream. Later samples go to `poll`.
  Verdict end_of_stream(const TcpInfo& view, SteadyTime now) noexcept;
  /// A sample without news, needed in two cases: an end of stream waits for the last acknowledgement, and an early end
  /// (half-closed: it says nothing about reading) waits for a reset.
  Verdict poll(const TcpInfo& view, SteadyTime now) noexcept;
  /// A read or write failed, or the connection goes for another reason.
  Verdict failed(const TcpInfo& view) noexcept;
  /// From now on the scraper's own timeout may be over: told before anything else that comes by then.
  void time_is_near() noexcept { time_is_near_ = true; }
  /// A look at whether the connection rests.
  Verdict rested(const TcpInfo& view) noexcept;
  /// Settled by a reset that came while the connection was idle.
  [[nodiscard]] bool reset_while_idle() const noexcept { return reset_idle_; }
  /// Settled by a reset that came within moments of the peer's last acknowledgement: nothing stood still meanwhile.
  [[nodiscard]] bool reset_at_once() const noexcept { return reset_at_once_; }
  [[nodiscard]] bool has_rested() const noexcept { return rested_; }
  /// The peer's kernel has answered the probe: at its deadline the scraper had not given up.
  Verdict answered(const TcpInfo& view) noexcept;
  /// The scrape timeout has passed.
  Verdict deadline(const TcpInfo& view) noexcept;
  /// Nothing more is to come: we sent our end first, and the peer has answered it, or has not in the time given; or the
  /// program ends.
  Verdict give_up(const TcpInfo& view) noexcept;
  /// A newer scrape of the same scraper asks; `undecided` means: ask again in a few milliseconds.
  Verdict newer_scrape(const TcpInfo& view, SteadyTime now) noexcept;

 private:
  enum class State : std::uint8_t { writing, sent, ended, settled };

  void observe(const TcpInfo& view) noexcept;
  [[nodiscard]] bool all_acknowledged() const noexcept;
  [[nodiscard]] bool proxy_has_all() const noexcept;
  Verdict decide(Verdict verdict) noexcept;
  Verdict decide_as_broken() noexcept;
  bool note_asked(SteadyTime now) noexcept;
  Verdict watch_progress(SteadyTime now) noexcept;

  State state_ = State::writing;
  TcpInfo view_;         // the last sample
  bool broken_ = false;  // the peer has reset the connection
  Peer peer_ = Peer::unknown;
  bool time_is_near_ = false;
  bool rested_ = false;
  bool outlived_ = false;  // its deadline
  bool reset_idle_ = false;
  bool reset_at_once_ = false;
  bool end_sent_ = false;
  bool early_end_ = false;  // the peer's end came before it can have read all
  SteadyTime handed_over_at_{};
  std::uint64_t last_byte_ = 0;  // what TcpInfo::acknowledged is once the peer has acknowledged all
  bool asked_ = false;           // by a newer scrape
  SteadyTime asked_at_{};
  std::uint64_t acknowledged_when_asked_ = 0;
};

}  // namespace oneshot::net
