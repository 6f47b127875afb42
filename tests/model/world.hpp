// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "model/backlog.hpp"
#include "model/watch_record.hpp"

namespace oneshot::model {

inline constexpr std::uint8_t client_buffer = 1;  ///< unread pieces that a client's kernel takes

/// What goes wrong. Up to `last_decidable` the server must notice and nothing may be lost or come twice; what comes
/// after it can not be told apart from outside, and is allowed only where a violation is looked for.
enum class Fault : std::uint8_t {
  give_up,        ///< a scraper gives up while it reads: closes with the rest unread
  half_close,     ///< it sends its end before it reads
  pipelining,     ///< it sends its next request before it reads
  network_reset,  ///< a reset to both sides before all has arrived
  black_hole,     ///< from now on nothing arrives any more on this connection, in either direction
  idle_reset,     ///< a reset to both sides of a connection that has rested, or is a proxy's, after all was stored
  last_decidable = idle_reset,
  reset_after_arrival,   ///< a reset to both sides after all has arrived
  lost_acknowledgement,  ///< a black hole after something has arrived and before that is known
  slept_over,            ///< a scraper gives up what its kernel acknowledged a second ago, long before its timeout
  death_after_reading,   ///< a scraper dies after it has read all and before it has stored it
  overlap,               ///< a scraper scrapes again while it still reads
  long_pause,            ///< a scraper still reads when the idle timeout is over, or its own
  late_signals,          ///< time passed although something was on its way
  stalled_server,        ///< time passed although the server had something to do
};
inline constexpr int fault_count = 14;
using Faults = std::uint16_t;  // a bit for each
constexpr Faults bit(Fault fault) noexcept { return static_cast<Faults>(1U << static_cast<unsigned>(fault)); }
std::string names_of(Faults faults);

/// One reply on a connection; ends are counted in pieces from the begin of the connection.
struct Reply {
  std::uint8_t end = 0;
  std::uint8_t events = 0;  ///< of its batch: a bit for each offset in the log
  bool operator==(const Reply&) const = default;
};

enum class Item : std::uint8_t { request, end, reset };

/// A connection: both kernels, the wire in between, the client's program, and the server's session (server.cpp). Only
/// bytes, so that the state is what lies in memory.
struct Wire {
  // from the server
  std::uint8_t handed = 0;   // to the server's kernel
  std::uint8_t arrived = 0;  // at the client's kernel
  std::uint8_t read = 0;     // by the client
  std::uint8_t acked = 0;    // as the server's kernel knows
  std::uint8_t replies = 0;
  std::uint8_t reading = 0;  // which of them the client reads next
  std::array<Reply, 4> reply{};
  enum Signal : std::uint8_t { unsent, on_its_way, there };
  std::uint8_t end_to_client = unsent;
  std::uint8_t reset_to_client = unsent;
  // from the client: what is on its way, each with the acknowledgement that it carries
  std::uint8_t items = 0;
  std::array<Item, 5> item{};
  std::array<std::uint8_t, 5> carries{};
  bool black_hole = false;

  // the client
  enum Client : std::uint8_t { nobody, open, half_closed, closed };
  std::uint8_t client = nobody;
  std::uint8_t asked = 0;  // requests without their whole reply
  bool abandoned = false;  // the client will read no more, and is about to close

  // the server's kernel
  enum Socket : std::uint8_t { established, close_wait, closing, broken };
  std::uint8_t socket = established;
  bool error = false;         // not yet fetched
  std::uint8_t requests = 0;  // arrived, not yet read by the session
  bool end_arrived = false;   // behind them

  // the server's session
  enum Phase : std::uint8_t { reading_requests, taking, pausing, asking, writing, awaiting, half_close, gone };
  std::uint8_t phase = reading_requests;
  std::uint8_t place_number = 0;  // place in the scraper's wait queue, 0 for none
  std::uint8_t early = 0;         // requests that had arrived when the last byte was handed over
  bool end_sent = false;

  // the reply whose receipt is open (net::TrackedReply)
  bool tracked = false;
  bool rested = false;
  bool near = false;  // the scraper's own timeout
  bool deadline_over = false;
  bool outlived = false;
  std::uint8_t batch = 0;  // its events, a bit for each

  bool operator==(const Wire&) const = default;
};

struct Connection {
  Wire wire;
  WatchRecord watch;
  std::uint8_t asking_since = 0;  // ticks
  std::uint8_t asked_at = 0;

  [[nodiscard]] bool used() const noexcept { return wire.client != Wire::nobody; }
};

struct Client {
  std::array<Connection, 2> connection;
  std::array<std::uint8_t, event_count> stored{};  // how often, by offset
  std::uint8_t scrapes = 0;                        // so far
  std::uint8_t last_place = 0;                     // so far
};

/// All there is at one moment. Time goes in ticks of 100 ms. A reset never gets lost alone here.
struct World {
  Backlog backlog;
  std::array<Client, scraper_count> client;
  std::array<std::uint8_t, producer_count> posted{};
  std::uint8_t now = 0;
  std::uint8_t faults_used = 0;
  Faults faults = 0;
};

/// How long a signal may be on its way.
enum class Network : std::uint8_t {
  prompt,  ///< less than the pause of queue/local/embedded_queue.cpp before it asks an older connection (5 ms)
  timely,  ///< less than ReceiptWatch::fresh (100 ms)
  any,     ///< for ever
};

/// The rules that the server follows: its own, or one of them made wrong, to see that it is found.
enum class Rule : std::uint8_t {
  right,
  written_is_delivered,
  end_is_delivered,        ///< also while bytes are unacknowledged
  request_is_delivered,    ///< also while bytes are unacknowledged
  whole_is_delivered,      ///< a reset after all was acknowledged
  silence_is_delivered,    ///< at the deadline, once all is acknowledged
  silence_is_reset,        ///< the same, taken for a failure
  newer_scrape_waits_not,  ///< for an end of the older connection
  newer_scrape_withdraws,  ///< what is not acknowledged, without a reset
  resets_are_failures,     ///< all of them, as of a scraper that has data unread
  time_is_never_near,      ///< a reset means the same whenever it comes
};

struct Setup {
  std::uint8_t scrapers = 2;
  std::uint8_t scrapes = 2;  ///< by each of them
  std::uint8_t failures = 1;
  std::uint8_t pieces = 2;  ///< in which a reply with a batch is written, and arrives
  Faults allowed = 0;
  Network network = Network::prompt;
  Peer peer = Peer::unknown;  ///< of the server's connections, as the requests show it
  Rule rule = Rule::right;
};

}  // namespace oneshot::model
