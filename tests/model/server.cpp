// SPDX-License-Identifier: MIT
//
// The server's shell around the real classes, as thin as in the product: what it asks them when, and what it does with
// their answers. Mirrored are
//
//   src/net/session/session.cpp        note_read, note_request_began, ask, answer_later -> read_request
//   src/net/session/session_write.cpp  send_piecewise                             -> write
//   src/net/session/session_end.cpp    finish, await_acknowledgement, half_close  -> read_request, poll, limits
//   src/net/receipt/tracked_reply.cpp  sample, apply, finish, resolve_here        -> sample, apply, settle, ask_older
//   src/queue/local/embedded_queue.cpp take                                       -> try_take, ask_older
//
// Where one of these changes, this file has to. Each coroutine is one phase here; a step is what runs between two
// waits. Replies without a batch go out in one piece and have no receipt.
#include <algorithm>

#include "model/moves.hpp"
#include "model/require.hpp"

namespace oneshot::model {
namespace {

using net::ReceiptWatch;
using net::TcpInfo;
using Verdict = ReceiptWatch::Verdict;

constexpr std::uint64_t piece = 4096;
constexpr std::uint8_t settle_limit = 5;  // ticks; tracked_reply.cpp

TcpInfo sample(Wire& wire) {
  TcpInfo view = WatchRecord::blank_view();
  view.error = wire.error;
  wire.error = false;  // asking takes it away
  view.acknowledged = wire.acked * piece;
  view.unacknowledged = static_cast<std::uint64_t>(wire.handed - wire.acked) * piece + (wire.end_sent ? 1 : 0);
  switch (wire.socket) {
    case Wire::established:
      view.state = TcpInfo::State::established;
      break;
    case Wire::close_wait:
      view.state = TcpInfo::State::close_wait;
      break;
    case Wire::closing:
      view.state = TcpInfo::State::closing;
      // Both ends are through once all is acknowledged, our end with it.
      if (wire.end_arrived && wire.acked == wire.handed) {
        view.state = TcpInfo::State::closed;
        view.unacknowledged = 0;
      }
      break;
    default:
      view.state = TcpInfo::State::closed;
      view.unacknowledged = 0;
  }
  return view;
}

bool settles(Verdict verdict) {
  return verdict != Verdict::undecided && verdict != Verdict::under_way && verdict != Verdict::probe;
}

bool acknowledged(const TcpInfo& view) { return view.unacknowledged == 0; }

bool something_to_read(const Wire& wire) {
  return wire.requests > 0 || wire.end_arrived || wire.error || wire.socket == Wire::broken;
}

class Session {
 public:
  explicit Session(const Place& place) : p_(place), wire_(place.wire), watch_(place.connection.watch) {}

  void read_request();
  void try_take();
  void pause_is_over();
  void ask_older();
  void write();
  void poll();
  void rest();
  void time_is_near();
  void deadline();
  void answer();
  void idle_timeout();
  void give_up();
  void answer_without_batch();

 private:
  bool is(Rule rule) const { return p_.setup.rule == rule; }
  std::uint8_t now() const { return p_.world.now; }
  SteadyTime time() const { return WatchRecord::time(now()); }

  template <typename Called>
  Verdict tell(Called called) {
    const TcpInfo view = sample(wire_);
    return called(watch_.watch(), view);
  }
  void begin_request();
  void hand_over();
  void end_of_stream();
  void failed();
  void apply(Verdict verdict);
  void settle(delivery::Outcome outcome);
  void reset();
  void go();

  const Place& p_;
  Wire& wire_;
  WatchRecord& watch_;
};

// What comes first: data, then the peer's end, then an error that nobody has fetched.
void Session::read_request() {
  if (wire_.requests > 0) {
    --wire_.requests;
    if (wire_.phase == Wire::reading_requests) begin_request();  // else: read and dropped
  } else if (wire_.end_arrived) {
    end_of_stream();
  } else if (wire_.error) {
    wire_.error = false;
    failed();
    go();
  } else {
    end_of_stream();  // somebody else has fetched the error
  }
}

void Session::begin_request() {
  bool pipelined = wire_.early > 0;
  if (pipelined) --wire_.early;
  if (!pipelined && wire_.tracked) {
    apply(tell([&](ReceiptWatch& watch, const TcpInfo& view) {
      const Verdict verdict = watch.request_began(view);
      return is(Rule::request_is_delivered) && verdict == Verdict::undecided ? Verdict::delivered : verdict;
    }));
    pipelined = wire_.tracked;
  }
  if (pipelined) return answer_without_batch();
  p_.world.backlog.enter_wait_queue(p_.scraper, p_.number);
  wire_.place_number = ++p_.client().last_place;
  wire_.phase = Wire::taking;
}

void Session::end_of_stream() {
  if (wire_.tracked) {
    apply(tell([&](ReceiptWatch& watch, const TcpInfo& view) {
      const Verdict verdict = watch.end_of_stream(view, time());
      return is(Rule::end_is_delivered) && verdict == Verdict::undecided ? Verdict::delivered : verdict;
    }));
  }
  if (wire_.phase == Wire::gone) return;
  wire_.phase = Wire::awaiting;
  if (!wire_.tracked) go();
}

void Session::failed() {
  if (wire_.tracked) {
    apply(tell([&](ReceiptWatch& watch, const TcpInfo& view) {
      const Verdict verdict = watch.failed(view);
      return is(Rule::whole_is_delivered) && verdict == Verdict::unconfirmed ? Verdict::delivered : verdict;
    }));
  }
}

void Session::try_take() {
  std::uint8_t events = 0;
  switch (p_.world.backlog.try_take(p_.scraper, p_.number, events)) {
    case Backlog::Taken::must_wait:
      if (wire_.socket != Wire::established) answer_without_batch();
      return;
    case Backlog::Taken::ask_first:
    case Backlog::Taken::ask_second:
      wire_.phase = Wire::pausing;
      return;
    case Backlog::Taken::nothing:
      wire_.place_number = 0;
      return answer_without_batch();
    case Backlog::Taken::batch:
      wire_.place_number = 0;
      wire_.phase = Wire::writing;
      wire_.tracked = true;
      watch_ = WatchRecord(p_.setup.peer);
      wire_.batch = events;
      require(wire_.replies < wire_.reply.size(), "few replies");
      wire_.reply[wire_.replies++] = {.end = static_cast<std::uint8_t>(wire_.handed + p_.setup.pieces),
                                      .events = events};
  }
}

void Session::pause_is_over() {
  if (wire_.socket != Wire::established) return answer_without_batch();
  wire_.phase = Wire::asking;
  p_.connection.asking_since = now();
  p_.connection.asked_at = std::uint8_t{255};
}

void Session::ask_older() {
  const Place there(p_.world, p_.setup, p_.scraper, 1 - p_.number);
  Session older(there);
  if (!older.wire_.tracked) {
    wire_.phase = Wire::taking;
    return;
  }
  p_.connection.asked_at = now();
  const Verdict verdict = older.tell([&](ReceiptWatch& watch, const TcpInfo& view) {
    if (is(Rule::newer_scrape_withdraws) && !acknowledged(view)) return Verdict::truncated;
    ReceiptWatch right = watch;
    if (settles(right.newer_scrape(view, time())) && !quiet(older.wire_)) p_.world.faults |= bit(Fault::late_signals);
    const Verdict at_once = watch.newer_scrape(view, time());
    if (settles(at_once) || !is(Rule::newer_scrape_waits_not)) return at_once;
    return watch.newer_scrape(view, time() + ReceiptWatch::fresh);
  });
  older.apply(verdict);
  if (!older.wire_.tracked) {
    wire_.phase = Wire::taking;
  } else if (verdict == Verdict::under_way || now() - p_.connection.asking_since >= settle_limit) {
    answer_without_batch();
  }
}

void Session::answer_without_batch() {
  if (wire_.place_number != 0) p_.world.backlog.leave_wait_queue(p_.scraper, p_.number);
  wire_.place_number = 0;
  if (wire_.socket == Wire::broken) {
    failed();
    return go();
  }
  ++wire_.handed;
  require(wire_.replies < wire_.reply.size(), "few replies");
  wire_.reply[wire_.replies++] = {.end = wire_.handed, .events = 0};
  wire_.phase = Wire::reading_requests;
}

void Session::write() {
  if (!wire_.tracked) return go();  // withdrawn for a newer scrape, or too late
  if (wire_.socket == Wire::broken) {
    failed();
    return go();
  }
  ++wire_.handed;
  if (wire_.handed < wire_.reply[wire_.replies - 1U].end) return;
  wire_.early = wire_.requests;
  tell([&](ReceiptWatch& watch, const TcpInfo& view) {
    watch.handed_over(view, time());
    return Verdict::undecided;
  });
  p_.world.backlog.handed_over(p_.scraper, p_.number);
  wire_.phase = Wire::reading_requests;
  if (is(Rule::written_is_delivered)) settle(delivery::Outcome::delivered);
}

void Session::poll() {
  apply(tell([&](ReceiptWatch& watch, const TcpInfo& view) { return watch.poll(view, time()); }));
}

void Session::rest() {
  wire_.rested = true;
  apply(tell([](ReceiptWatch& watch, TcpInfo view) {
    view.silent_for = ReceiptWatch::rest;
    return watch.rested(view);
  }));
}

void Session::time_is_near() {
  if (something_to_read(wire_)) p_.world.faults |= bit(Fault::stalled_server);
  wire_.near = true;
  if (!is(Rule::time_is_never_near)) watch_.watch().time_is_near();
}

// The kernel of a scraper that stands still answers in its place. Where the scraper itself has the connection, that
// does no harm.
void Session::answer() {
  if (mid_scrape(wire_) && p_.setup.peer != Peer::itself) p_.fail(Fault::long_pause);
  wire_.outlived = true;
  apply(tell([](ReceiptWatch& watch, const TcpInfo& view) { return watch.answered(view); }));
}

void Session::deadline() {
  wire_.deadline_over = true;
  apply(tell([&](ReceiptWatch& watch, const TcpInfo& view) {
    const Verdict verdict = watch.deadline(view);
    const bool silent = !settles(verdict);
    if (is(Rule::silence_is_delivered) && silent) return Verdict::delivered;
    return is(Rule::silence_is_reset) && silent ? Verdict::reset : verdict;
  }));
}

void Session::idle_timeout() {
  if (mid_scrape(wire_)) p_.fail(Fault::long_pause);
  watch_.watch().end_sent();
  wire_.end_sent = true;
  wire_.socket = Wire::closing;
  if (wire_.end_to_client == Wire::unsent) wire_.end_to_client = Wire::on_its_way;
  wire_.phase = Wire::half_close;
}

void Session::give_up() {
  if (wire_.tracked) apply(tell([](ReceiptWatch& watch, const TcpInfo& view) { return watch.give_up(view); }));
  if (wire_.phase != Wire::gone) go();
}

void Session::apply(Verdict verdict) {
  switch (verdict) {
    case Verdict::delivered:
      if (is(Rule::resets_are_failures) && wire_.socket == Wire::broken) return settle(delivery::Outcome::unconfirmed);
      return settle(delivery::Outcome::delivered);
    case Verdict::truncated:
      return settle(delivery::Outcome::truncated);
    case Verdict::unconfirmed:
      return settle(delivery::Outcome::unconfirmed);
    case Verdict::timed_out:
      reset();
      return settle(delivery::Outcome::timed_out);
    case Verdict::reset:
      reset();
      return settle(delivery::Outcome::truncated);
    default:
      return;
  }
}

void Session::settle(delivery::Outcome outcome) {
  require(wire_.tracked, "a receipt is settled once");
  wire_.tracked = false;
  wire_.batch = 0;
  wire_.rested = wire_.near = wire_.deadline_over = wire_.outlived = false;
  watch_ = WatchRecord();
  p_.world.backlog.settle(p_.scraper, p_.number, outcome);
  if (wire_.phase == Wire::awaiting) go();
}

/// What the session waits for is aborted; one that writes sees it before its next piece.
void Session::reset() {
  if (wire_.reset_to_client == Wire::unsent && wire_.socket != Wire::broken) wire_.reset_to_client = Wire::on_its_way;
  wire_.socket = Wire::broken;
  wire_.phase = Wire::gone;
}

/// The session ends, and its socket is closed: with a reset if something was not read.
void Session::go() {
  if (wire_.phase == Wire::gone) return;
  wire_.phase = Wire::gone;
  failed();  // TrackedReply::release
  if (wire_.socket == Wire::broken) return;
  if (wire_.requests > 0) {
    wire_.reset_to_client = Wire::on_its_way;
  } else if (wire_.end_to_client == Wire::unsent) {
    wire_.end_to_client = Wire::on_its_way;
  }
}

bool may_rest(const Wire& wire) {
  const bool handed_over = wire.phase != Wire::writing && wire.phase != Wire::gone;
  return handed_over && !wire.rested && wire.acked == wire.handed && wire.socket == Wire::established;
}

/// Else it makes no difference how long the connection has rested, or whether the scraper's time is near.
bool a_reset_may_come(const Place& place) {
  return place.scraper == 0 && place.world.faults_used < place.setup.failures;
}

/// At the deadline its kernel was asked.
bool may_answer(const Place& place) {
  const Wire& wire = place.wire;
  const bool asked = wire.tracked && wire.deadline_over && wire.phase == Wire::reading_requests && !wire.outlived;
  const bool there = wire.client == Wire::open && !wire.black_hole && wire.socket == Wire::established;
  return a_reset_may_come(place) && asked && there && wire.acked == wire.handed;
}

bool reads(const Wire& wire) { return wire.phase == Wire::reading_requests || wire.phase == Wire::half_close; }

}  // namespace

bool has_work(const Place& place) noexcept {
  const Wire& wire = place.wire;
  if (wire.client == Wire::nobody) return false;
  if (reads(wire)) return something_to_read(wire);
  if (wire.phase == Wire::taking)
    return place.other.wire.place_number == 0 || wire.place_number < place.other.wire.place_number;
  if (wire.phase == Wire::asking) return place.connection.asked_at != place.world.now;  // it asks every 5 ms
  return wire.phase == Wire::pausing || wire.phase == Wire::writing;
}

void list_server(const Place& place, Moves& moves) {
  const Wire& wire = place.wire;
  if (wire.client == Wire::nobody) return;
  const Network network = place.setup.network;
  const bool calm = quiet(wire) || network == Network::any;
  const bool both_calm = calm && (quiet(place.other.wire) || network == Network::any);

  if (reads(wire) && something_to_read(wire)) moves.push_back(place.move(Do::read_request));
  if (wire.phase == Wire::taking) moves.push_back(place.move(Do::try_take));
  if (wire.phase == Wire::pausing && (both_calm || network != Network::prompt))
    moves.push_back(place.move(Do::pause_is_over));
  if (wire.phase == Wire::asking) moves.push_back(place.move(Do::ask_older));
  if (wire.phase == Wire::writing) moves.push_back(place.move(Do::write));
  if (wire.phase == Wire::awaiting) moves.push_back(place.move(Do::poll));

  if (wire.tracked && !wire.deadline_over && calm) {
    const bool matters = a_reset_may_come(place);
    if (matters && may_rest(wire)) moves.push_back(place.move(Do::rest));
    if (wire.near || !matters) moves.push_back(place.move(Do::deadline));
    // What has arrived before is read before, or the server was kept from running.
    if (!wire.near && matters && (!something_to_read(wire) || network == Network::any))
      moves.push_back(place.move(Do::time_is_near));
  }
  if (may_answer(place) && calm && (!mid_scrape(wire) || place.may(Fault::long_pause)))
    moves.push_back(place.move(Do::answer));
  // It comes long after the deadline. Without an open receipt it changes nothing that is looked at here.
  if (wire.phase == Wire::reading_requests && wire.tracked && wire.deadline_over && calm && !something_to_read(wire) &&
      (!mid_scrape(wire) || place.may(Fault::long_pause)))
    moves.push_back(place.move(Do::idle_timeout));
  if (wire.phase == Wire::half_close && calm && !something_to_read(wire)) moves.push_back(place.move(Do::end_timeout));
  if (wire.phase == Wire::awaiting && wire.deadline_over && calm) moves.push_back(place.move(Do::await_limit));
  if ((wire.phase == Wire::taking || wire.phase == Wire::pausing) && wire.place_number != 0 && both_calm)
    moves.push_back(place.move(Do::turn_limit));
}

bool do_server(const Place& place, Do what) {
  Session session(place);
  const bool takes_time = what == Do::rest || what == Do::time_is_near || what == Do::deadline || what == Do::answer ||
                          what == Do::idle_timeout || what == Do::end_timeout || what == Do::await_limit ||
                          what == Do::turn_limit || what == Do::pause_is_over;
  if (takes_time && place.setup.network == Network::any && !(quiet(place.wire) && quiet(place.other.wire)))
    place.world.faults = static_cast<Faults>(place.world.faults | bit(Fault::late_signals));
  switch (what) {
    case Do::read_request:
      session.read_request();
      return true;
    case Do::try_take:
      session.try_take();
      return true;
    case Do::pause_is_over:
      session.pause_is_over();
      return true;
    case Do::ask_older:
      session.ask_older();
      return true;
    case Do::write:
      session.write();
      return true;
    case Do::poll:
      session.poll();
      return true;
    case Do::rest:
      session.rest();
      return true;
    case Do::time_is_near:
      session.time_is_near();
      return true;
    case Do::deadline:
      session.deadline();
      return true;
    case Do::answer:
      session.answer();
      return true;
    case Do::idle_timeout:
      session.idle_timeout();
      return true;
    case Do::end_timeout:
    case Do::await_limit:
      session.give_up();
      return true;
    case Do::turn_limit:
      session.answer_without_batch();
      return true;
    default:
      return false;
  }
}

}  // namespace oneshot::model
