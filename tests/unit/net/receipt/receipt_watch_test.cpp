// SPDX-License-Identifier: MIT
#include "net/receipt/receipt_watch.hpp"

#include <doctest/doctest.h>

#include <chrono>

using oneshot::SteadyTime;
using oneshot::net::ReceiptWatch;
using oneshot::net::TcpInfo;
using std::chrono::milliseconds;
using Peer = ReceiptWatch::Peer;
using Verdict = ReceiptWatch::Verdict;
using State = TcpInfo::State;

namespace {

const SteadyTime start{std::chrono::seconds(1000)};

TcpInfo view(State state, std::uint64_t unacknowledged, std::uint64_t acknowledged = 20'000) {
  TcpInfo seen;
  seen.state = state;
  seen.unacknowledged = unacknowledged;
  seen.acknowledged = acknowledged;
  return seen;
}

TcpInfo error_view() {
  TcpInfo seen = view(State::closed, 0);
  seen.error = true;
  return seen;
}

const TcpInfo all_read = view(State::established, 0);
const TcpInfo not_acknowledged = view(State::established, 5000, 15'000);

ReceiptWatch sent() {
  ReceiptWatch watch;
  watch.handed_over(all_read, start);
  return watch;
}

}  // namespace

TEST_CASE("a later request whose first byte came after all was acknowledged means delivered") {
  CHECK(sent().request_began(all_read) == Verdict::delivered);
}

TEST_CASE("a later request that came while bytes were unacknowledged proves nothing") {
  CHECK(sent().request_began(not_acknowledged) == Verdict::undecided);
}

TEST_CASE("an orderly end when all is acknowledged means delivered") {
  CHECK(sent().end_of_stream(view(State::close_wait, 0), start) == Verdict::delivered);
}

TEST_CASE("an end while bytes are unacknowledged waits for what becomes of them") {
  ReceiptWatch watch = sent();
  CHECK(watch.end_of_stream(view(State::close_wait, 300, 19'700), start) == Verdict::undecided);
  CHECK(watch.poll(view(State::close_wait, 300, 19'700), start) == Verdict::undecided);
  SUBCASE("acknowledged, and no reset for a moment: delivered") {
    CHECK(watch.poll(view(State::close_wait, 0), start + milliseconds(99)) == Verdict::undecided);
    CHECK(watch.poll(view(State::close_wait, 0), start + milliseconds(100)) == Verdict::delivered);
  }
  SUBCASE("reset: not delivered") { CHECK(watch.poll(view(State::closed, 0), start) == Verdict::unconfirmed); }
  SUBCASE("an error: not delivered") { CHECK(watch.poll(error_view(), start) == Verdict::unconfirmed); }
  SUBCASE("deadline: reset") { CHECK(watch.deadline(view(State::close_wait, 300, 19'700)) == Verdict::timed_out); }
}

TEST_CASE("an end of stream on a connection that is closed was a reset that somebody else fetched") {
  CHECK(sent().end_of_stream(view(State::closed, 0), start) == Verdict::unconfirmed);
}

TEST_CASE("an end that came before the reply was written says nothing about reading it") {
  ReceiptWatch watch;
  watch.handed_over(view(State::close_wait, 12'288), start);
  CHECK(watch.newer_scrape(view(State::close_wait, 0, 32'288), start + milliseconds(50)) == Verdict::undecided);
  CHECK(watch.end_of_stream(view(State::close_wait, 0, 32'288), start + milliseconds(50)) == Verdict::undecided);
  SUBCASE("a reset follows: not delivered") {
    CHECK(watch.poll(view(State::closed, 0, 32'288), start + milliseconds(60)) == Verdict::unconfirmed);
  }
  SUBCASE("none follows: delivered") {
    CHECK(watch.poll(view(State::close_wait, 0, 32'288), start + milliseconds(100)) == Verdict::delivered);
  }
}

TEST_CASE("an end of stream while the reply is still being written decides nothing") {
  ReceiptWatch watch;
  CHECK(watch.end_of_stream(view(State::close_wait, 0), start) == Verdict::undecided);
  CHECK(watch.poll(view(State::close_wait, 0), start) == Verdict::undecided);
}

TEST_CASE("a reset is not delivered, and surely cut short while the reply was being written") {
  CHECK(ReceiptWatch().failed(error_view()) == Verdict::truncated);
  CHECK(sent().failed(error_view()) == Verdict::unconfirmed);
}

TEST_CASE("a reset of a connection that has rested is not the scraper's failure, unless its timeout is near") {
  TcpInfo resting = all_read;
  ReceiptWatch watch = sent();
  SUBCASE("a second after the last acknowledgement") {
    resting.silent_for = milliseconds(1000);
    CHECK(watch.rested(resting) == Verdict::undecided);
    CHECK(watch.has_rested());
    CHECK(watch.failed(error_view()) == Verdict::delivered);
  }
  SUBCASE("it gives up at its timeout what it has slept over") {
    resting.silent_for = milliseconds(1000);
    watch.rested(resting);
    watch.time_is_near();
    CHECK(watch.failed(error_view()) == Verdict::timed_out);
  }
  SUBCASE("less than a second after it") {
    resting.silent_for = milliseconds(999);
    CHECK(watch.rested(resting) == Verdict::undecided);
    CHECK_FALSE(watch.has_rested());
    CHECK(watch.failed(error_view()) == Verdict::unconfirmed);
  }
  SUBCASE("the last byte is missing") {
    TcpInfo missing = not_acknowledged;
    missing.silent_for = milliseconds(1000);
    ReceiptWatch other;
    other.handed_over(missing, start);
    CHECK(other.rested(missing) == Verdict::undecided);
    CHECK_FALSE(other.has_rested());
    CHECK(other.failed(view(State::closed, 0, 15'000)) == Verdict::truncated);
  }
}

TEST_CASE("a proxy's reset says nothing of what its scraper did with the reply, unless the timeout is near") {
  ReceiptWatch watch(Peer::proxy);
  watch.handed_over(all_read, start);
  SUBCASE("at once") { CHECK(watch.failed(error_view()) == Verdict::delivered); }
  SUBCASE("near the timeout") {
    watch.time_is_near();
    CHECK(watch.failed(error_view()) == Verdict::timed_out);
  }
  SUBCASE("before it can have had all") { CHECK(watch.failed(view(State::closed, 0, 19'999)) == Verdict::truncated); }
  SUBCASE("before its kernel has acknowledged the last segments, which it may have read") {
    TcpInfo early = view(State::closed, 0, 20'000 - 2895);
    early.segment = 1448;
    CHECK(watch.failed(early) == Verdict::delivered);
    early.acknowledged -= 1;
    ReceiptWatch other(Peer::proxy);
    other.handed_over(all_read, start);
    CHECK(other.failed(early) == Verdict::truncated);
    CHECK(sent().failed(view(State::closed, 0, 19'999)) == Verdict::truncated);
  }
}

TEST_CASE("a program that ends its connections in order has left bytes unread where it resets one, whenever that is") {
  ReceiptWatch watch(Peer::itself);
  watch.handed_over(all_read, start);
  SUBCASE("at once") {
    CHECK(watch.failed(error_view()) == Verdict::unconfirmed);
    CHECK_FALSE(watch.reset_while_idle());
    CHECK(watch.reset_at_once());
  }
  SUBCASE("after it stood still for less than a second") {
    TcpInfo late = error_view();
    late.silent_for = milliseconds(250);
    CHECK(watch.failed(late) == Verdict::unconfirmed);
    CHECK_FALSE(watch.reset_while_idle());
    CHECK_FALSE(watch.reset_at_once());
  }
  SUBCASE("after it has rested") {
    TcpInfo silent = all_read;
    silent.silent_for = milliseconds(1000);
    watch.rested(silent);
    CHECK(watch.failed(error_view()) == Verdict::unconfirmed);
    CHECK(watch.reset_while_idle());
    CHECK_FALSE(watch.reset_at_once());
  }
  SUBCASE("after its timeout, although its kernel has said meanwhile that it lives") {
    watch.time_is_near();
    CHECK(watch.answered(all_read) == Verdict::undecided);
    CHECK(watch.failed(error_view()) == Verdict::timed_out);
    CHECK(watch.reset_while_idle());
  }
}

TEST_CASE("where a relay may stand between, it may have read the last segments that are not acknowledged yet") {
  TcpInfo early = view(State::closed, 0, 20'000 - 2895);
  early.segment = 1448;
  for (const Peer peer : {Peer::itself, Peer::doubtful}) {
    ReceiptWatch watch(peer);
    watch.handed_over(all_read, start);
    CHECK(watch.failed(early) == (peer == Peer::doubtful ? Verdict::unconfirmed : Verdict::truncated));
  }
}

TEST_CASE("nobody has read a reply that was written after the peer's end, however few segments it has") {
  TcpInfo left = view(State::close_wait, 20'000, 0);
  left.segment = 65'483;  // on loopback
  for (const Peer peer : {Peer::itself, Peer::doubtful, Peer::unknown, Peer::proxy}) {
    ReceiptWatch watch(peer);
    watch.handed_over(left, start);
    TcpInfo reset = error_view();
    reset.unacknowledged = 20'000;
    reset.acknowledged = 0;
    reset.segment = 65'483;
    CHECK(watch.poll(reset, start) == Verdict::truncated);
  }
}

TEST_CASE("a newer scrape waits longer where a scraper may have slept until its timeout: its reset comes behind") {
  const auto asked = [](Peer peer, bool near, int ms) {
    ReceiptWatch watch(peer);
    watch.handed_over(all_read, start);
    if (near) watch.time_is_near();
    const SteadyTime now = start + std::chrono::seconds(9);
    CHECK(watch.newer_scrape(all_read, now) == Verdict::undecided);
    return watch.newer_scrape(all_read, now + milliseconds(ms));
  };
  CHECK(asked(Peer::itself, true, 499) == Verdict::undecided);
  CHECK(asked(Peer::itself, true, 500) == Verdict::delivered);
  CHECK(asked(Peer::itself, false, 100) == Verdict::delivered);
  CHECK(asked(Peer::unknown, true, 100) == Verdict::delivered);
  CHECK(asked(Peer::proxy, true, 100) == Verdict::delivered);
}

TEST_CASE("a reset before the last byte was acknowledged means surely cut short") {
  ReceiptWatch watch;
  watch.handed_over(view(State::established, 12'000, 20'000), start);
  SUBCASE("one byte is missing") { CHECK(watch.failed(view(State::closed, 0, 31'999)) == Verdict::truncated); }
  SUBCASE("none is missing") { CHECK(watch.failed(view(State::closed, 0, 32'000)) == Verdict::unconfirmed); }
}

TEST_CASE("a request that began on a connection that was reset meanwhile proves nothing") {
  CHECK(sent().request_began(error_view()) == Verdict::unconfirmed);
  CHECK(sent().request_began(view(State::closed, 0)) == Verdict::unconfirmed);
}

TEST_CASE("our own end is no byte of the reply") {
  ReceiptWatch watch = sent();
  watch.end_sent();
  SUBCASE("given up, only it unacknowledged") { CHECK(watch.give_up(view(State::closing, 1)) == Verdict::delivered); }
  SUBCASE("given up with a byte more unacknowledged") {
    CHECK(watch.give_up(view(State::closing, 2, 19'999)) == Verdict::reset);
  }
  SUBCASE("the peer's end, only it unacknowledged") {
    CHECK(watch.end_of_stream(view(State::closing, 1), start) == Verdict::delivered);
  }
}

TEST_CASE("the deadline resets a connection with bytes unwritten or unacknowledged") {
  CHECK(ReceiptWatch().deadline(all_read) == Verdict::timed_out);
  CHECK(sent().deadline(not_acknowledged) == Verdict::timed_out);
}

TEST_CASE("the deadline on a connection that was reset meanwhile means not delivered") {
  CHECK(sent().deadline(error_view()) == Verdict::unconfirmed);
  CHECK(sent().deadline(view(State::closed, 0)) == Verdict::unconfirmed);
}

TEST_CASE("after our own end a closed connection is no sign of a reset") {
  ReceiptWatch watch = sent();
  watch.end_sent();
  CHECK(watch.poll(view(State::closed, 0), start) == Verdict::undecided);
  CHECK(watch.newer_scrape(view(State::closed, 0), start + milliseconds(500)) == Verdict::undecided);
  CHECK(watch.end_of_stream(view(State::closed, 0), start) == Verdict::delivered);
}

TEST_CASE("giving up means delivered when all is acknowledged, else a reset") {
  CHECK(sent().give_up(all_read) == Verdict::delivered);
  CHECK(sent().give_up(not_acknowledged) == Verdict::reset);
  CHECK(ReceiptWatch().give_up(all_read) == Verdict::reset);
  CHECK(sent().give_up(error_view()) == Verdict::unconfirmed);
}

TEST_CASE("a newer scrape waits a moment for an end, then takes silence for delivered") {
  ReceiptWatch watch = sent();
  SUBCASE("after it asked") {
    const SteadyTime later = start + std::chrono::seconds(15);
    CHECK(watch.newer_scrape(all_read, later) == Verdict::undecided);
    CHECK(watch.newer_scrape(all_read, later + milliseconds(99)) == Verdict::undecided);
    CHECK(watch.newer_scrape(all_read, later + milliseconds(100)) == Verdict::delivered);
  }
  SUBCASE("after the last byte was written") {
    ReceiptWatch asked;
    CHECK(asked.newer_scrape(not_acknowledged, start - milliseconds(150)) == Verdict::undecided);
    asked.handed_over(all_read, start);
    CHECK(asked.newer_scrape(all_read, start + milliseconds(40)) == Verdict::undecided);
    CHECK(asked.newer_scrape(all_read, start + milliseconds(100)) == Verdict::delivered);
  }
}

TEST_CASE("what was written behind a reply says nothing about it") {
  TcpInfo view = all_read;
  view.unacknowledged = 700;  // of the reply to a request that was sent early
  SUBCASE("at the deadline") { CHECK(sent().deadline(view) == Verdict::probe); }
  SUBCASE("when a later request begins") { CHECK(sent().request_began(view) == Verdict::delivered); }
  SUBCASE("at the end") { CHECK(sent().give_up(view) == Verdict::delivered); }
}

TEST_CASE("a newer scrape learns of an orderly end at once") {
  CHECK(sent().newer_scrape(view(State::close_wait, 0), start) == Verdict::delivered);
}

TEST_CASE("a newer scrape learns of a reset at once") {
  CHECK(sent().newer_scrape(view(State::closed, 0), start) == Verdict::unconfirmed);
  CHECK(ReceiptWatch().newer_scrape(error_view(), start) == Verdict::truncated);
}

TEST_CASE("a newer scrape leaves a transfer alone whose peer still acknowledges") {
  for (ReceiptWatch watch : {ReceiptWatch(), sent()}) {
    CHECK(watch.newer_scrape(view(State::established, 5000, 100), start) == Verdict::undecided);
    CHECK(watch.newer_scrape(view(State::established, 5000, 101), start + milliseconds(5)) == Verdict::under_way);
  }
}

TEST_CASE("a newer scrape withdraws a transfer whose peer has stopped") {
  for (ReceiptWatch watch : {ReceiptWatch(), sent()}) {
    CHECK(watch.newer_scrape(view(State::established, 5000, 100), start) == Verdict::undecided);
    CHECK(watch.newer_scrape(view(State::established, 9000, 100), start + milliseconds(399)) == Verdict::undecided);
    CHECK(watch.newer_scrape(view(State::established, 9000, 100), start + milliseconds(400)) == Verdict::reset);
  }
}

TEST_CASE("a silent peer that has acknowledged all is asked for a sign of life at the deadline") {
  ReceiptWatch watch = sent();
  CHECK(watch.deadline(all_read) == Verdict::probe);
  SUBCASE("it answers that there is no such connection: a reset that got lost") {
    CHECK(watch.failed(error_view()) == Verdict::unconfirmed);
  }
  SUBCASE("it lives, so it had not given up: a later reset has other reasons") {
    watch.time_is_near();
    CHECK(watch.answered(all_read) == Verdict::undecided);
    CHECK(watch.failed(error_view()) == Verdict::delivered);
  }
  SUBCASE("it never answers") {
    watch.time_is_near();
    CHECK(watch.failed(error_view()) == Verdict::timed_out);
  }
  SUBCASE("it lives, and goes on with its next request") { CHECK(watch.request_began(all_read) == Verdict::delivered); }
}

TEST_CASE("a peer that has been silent for so long that a middlebox may answer in its place is not asked") {
  TcpInfo silent = all_read;
  silent.silent_for = std::chrono::seconds(31);
  CHECK(sent().deadline(silent) == Verdict::undecided);
}
