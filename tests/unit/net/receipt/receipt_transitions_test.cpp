// SPDX-License-Identifier: MIT
//
// The table of receipt_watch.hpp, once more and independently: every state, told everything, at every look. The first
// row that fits decides; a combination that no row fits fails the test, and so does a row that is never the first.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "net/receipt/receipt_watch.hpp"

namespace {

using oneshot::SteadyTime;
using oneshot::net::ReceiptWatch;
using oneshot::net::TcpInfo;
using std::chrono::milliseconds;
using Verdict = ReceiptWatch::Verdict;

constexpr std::uint64_t reply_end = 20'000;  // of the bytes acknowledged on the connection
const SteadyTime handed_over_at{std::chrono::seconds(1000)};

enum class Told { request_began, end_of_stream, poll, failed, rested, deadline, answered, give_up, newer_scrape };
enum class From {
  writing,
  sent,
  sent_to_ended,  ///< the peer's end had come when the last byte was written
  ended,          ///< in order: after all was acknowledged
  ended_early,
  settled,
};
enum class Seen {
  all,  ///< acknowledged
  not_all,
  end,         ///< the peer's end, all acknowledged
  end_early,   ///< the peer's end, not all acknowledged
  closed,      ///< by a reset that somebody else has fetched (or, after our own end, in order)
  error,       ///< a reset, with all acknowledged
  error_early  ///< a reset before that
};
enum class When {
  fresh,   ///< since the last byte was written
  later,   ///< and the peer was heard of a moment ago
  silent,  ///< and it has said nothing for long
};
enum class Ours { open, ended };  ///< whether we have sent our own end
using Reader = ReceiptWatch::Peer;
enum class Time {
  early,   ///< the scraper's own timeout cannot be over, and the connection has not rested
  rested,  ///< the same, and it has
  near,    ///< the timeout may be over, and the connection has not rested
  rested_near,
  outlived,  ///< the timeout is over, and the peer has answered a probe after that
};

constexpr std::array tolds{Told::request_began, Told::end_of_stream, Told::poll,    Told::failed,      Told::rested,
                           Told::deadline,      Told::answered,      Told::give_up, Told::newer_scrape};
constexpr std::array froms{From::writing, From::sent,        From::sent_to_ended,
                           From::ended,   From::ended_early, From::settled};
constexpr std::array seens{Seen::all,    Seen::not_all, Seen::end,        Seen::end_early,
                           Seen::closed, Seen::error,   Seen::error_early};

constexpr std::array times{Time::early, Time::rested, Time::near, Time::rested_near, Time::outlived};

TcpInfo look(Seen seen, Ours ours, When when = When::later) {
  TcpInfo view;
  view.silent_for = milliseconds(when == When::silent ? 31'000 : 20);
  const std::uint64_t our_end = ours == Ours::ended ? 1 : 0;
  const bool all = seen != Seen::not_all && seen != Seen::end_early && seen != Seen::error_early;
  view.unacknowledged = (all ? 0 : 5000) + our_end;
  view.acknowledged = all ? reply_end : reply_end - 5000;
  view.error = seen == Seen::error || seen == Seen::error_early;
  using State = TcpInfo::State;
  if (seen == Seen::closed || view.error) {
    view.state = State::closed;
    view.unacknowledged = 0;  // the kernel has thrown it away
  } else if (ours == Ours::ended) {
    view.state = State::closing;
  } else {
    view.state = seen == Seen::end || seen == Seen::end_early ? State::close_wait : State::established;
  }
  return view;
}

Verdict tell(ReceiptWatch& watch, Told told, const TcpInfo& view, SteadyTime now) {
  switch (told) {
    case Told::request_began:
      return watch.request_began(view);
    case Told::end_of_stream:
      return watch.end_of_stream(view, now);
    case Told::poll:
      return watch.poll(view, now);
    case Told::failed:
      return watch.failed(view);
    case Told::rested:
      return watch.rested(view);
    case Told::deadline:
      return watch.deadline(view);
    case Told::answered:
      return watch.answered(view);
    case Told::give_up:
      return watch.give_up(view);
    case Told::newer_scrape:
      return watch.newer_scrape(view, now);
  }
  return Verdict::undecided;
}

/// A column of the table: the combinations that a row speaks of. An empty list means all.
template <class T>
struct Any {
  std::vector<T> list;
  [[nodiscard]] bool holds(T value) const {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  }
};

struct Row {
  Any<Told> told;
  Any<From> from;
  Any<Seen> seen;
  Any<When> when;
  Any<Ours> ours;
  Any<Reader> reader;
  Any<Time> time;
  Verdict verdict;
};

const Any<From> written{{From::sent, From::sent_to_ended, From::ended, From::ended_early}};
const Any<Seen> not_all{{Seen::not_all, Seen::end_early}};
const Any<Time> late{{Time::near, Time::rested_near, Time::outlived}};

/// A reset when the peer had all: what it means depends on when it came, and on whose it is.
void add_reset_of_all(std::vector<Row>& rows, const Any<Told>& told, const Any<Seen>& seen, const Any<Ours>& ours) {
  const auto add = [&](const Any<Reader>& reader, const Any<Time>& time, Verdict verdict) {
    rows.push_back({told, written, seen, {}, ours, reader, time, verdict});
  };
  add({{Reader::itself, Reader::doubtful}}, late, Verdict::timed_out);
  add({{Reader::itself, Reader::doubtful}}, {}, Verdict::unconfirmed);
  add({}, {{Time::outlived, Time::rested}}, Verdict::delivered);
  add({{Reader::proxy}}, {{Time::early, Time::rested_near}}, Verdict::delivered);
  add({}, {{Time::near, Time::rested_near}}, Verdict::timed_out);
  add({}, {}, Verdict::unconfirmed);
}

/// A closed connection after our own end says nothing, but for `failed`.
void add_resets(std::vector<Row>& rows) {
  const Any<Told> failed{{Told::failed}};
  const Any<From> writing{{From::writing}};
  const Any<Seen> lost{{Seen::error, Seen::error_early, Seen::closed}};
  const Any<Seen> early{{Seen::error_early}};
  for (const bool in_time : {false, true}) {
    const Any<Time> time = in_time ? Any<Time>{} : late;
    const Verdict verdict = in_time ? Verdict::truncated : Verdict::timed_out;
    rows.push_back({{}, writing, lost, {}, {}, {}, time, verdict});
    rows.push_back({{}, written, early, {}, {}, {}, time, verdict});
    rows.push_back({failed, writing, {}, {}, {}, {}, time, verdict});
    rows.push_back({failed, written, not_all, {}, {}, {}, time, verdict});
  }
  add_reset_of_all(rows, {}, {{Seen::error}}, {});
  add_reset_of_all(rows, {}, {{Seen::closed}}, {{Ours::open}});
  add_reset_of_all(rows, failed, {}, {});
}

std::vector<Row> others() {
  const Any<From> ended{{From::ended, From::ended_early}};
  return {
      // Not yet written: only time and a newer scrape matter (see below for its windows).
      {{{Told::deadline}}, {{From::writing}}, {}, {}, {}, {}, {}, Verdict::timed_out},
      {{{Told::give_up}}, {{From::writing}}, {}, {}, {}, {}, {}, Verdict::reset},
      {{}, {{From::writing}}, {}, {}, {}, {}, {}, Verdict::undecided},
      // A closed connection after our own end: all was acknowledged, and a read is about to say how.
      {{{Told::newer_scrape}}, written, {{Seen::closed}}, {}, {}, {}, {}, Verdict::undecided},
      // Not all acknowledged.
      {{{Told::deadline}}, written, not_all, {}, {}, {}, {}, Verdict::timed_out},
      {{{Told::give_up}}, written, not_all, {}, {}, {}, {}, Verdict::reset},
      {{}, written, not_all, {}, {}, {}, {}, Verdict::undecided},
      // All acknowledged.
      {{{Told::request_began, Told::give_up}}, written, {}, {}, {}, {}, {}, Verdict::delivered},
      {{{Told::rested, Told::answered}}, written, {}, {}, {}, {}, {}, Verdict::undecided},
      {{{Told::deadline}}, ended, {}, {}, {}, {}, {}, Verdict::delivered},
      {{{Told::deadline}}, {}, {{Seen::all}}, {{When::fresh, When::later}}, {{Ours::open}}, {}, {}, Verdict::probe},
      {{{Told::deadline}}, {}, {}, {}, {}, {}, {}, Verdict::undecided},
      {{{Told::end_of_stream}}, {{From::sent}}, {}, {}, {}, {}, {}, Verdict::delivered},
      {{{Told::end_of_stream}}, written, {}, {{When::fresh}}, {}, {}, {}, Verdict::undecided},
      {{{Told::end_of_stream}}, written, {}, {}, {}, {}, {}, Verdict::delivered},
      {{{Told::poll}}, ended, {}, {{When::later, When::silent}}, {}, {}, {}, Verdict::delivered},
      {{{Told::poll}}, {}, {}, {}, {}, {}, {}, Verdict::undecided},
      {{{Told::newer_scrape}}, {{From::sent}}, {{Seen::end}}, {}, {{Ours::open}}, {}, {}, Verdict::delivered},
      {{{Told::newer_scrape}}, {}, {}, {}, {}, {}, {}, Verdict::undecided},  // asked for the first time
  };
}

std::vector<Row> table() {
  std::vector<Row> rows{{{}, {{From::settled}}, {}, {}, {}, {}, {}, Verdict::undecided}};
  add_resets(rows);
  for (const Row& row : others()) rows.push_back(row);
  return rows;
}

struct Case {
  Told told;
  From from;
  Seen seen;
  When when;
  Ours ours;
  Reader reader;
  Time time;
};

void pass(ReceiptWatch& watch, Time time, Ours ours) {
  if (time == Time::rested || time == Time::rested_near) watch.rested(look(Seen::all, ours, When::silent));
  if (time != Time::early && time != Time::rested) watch.time_is_near();
  if (time == Time::outlived) watch.answered(look(Seen::all, ours));
}

/// Nothing where such a connection cannot be.
std::optional<ReceiptWatch> reach(const Case& c) {
  const auto [from, ours] = std::pair(c.from, c.ours);
  ReceiptWatch watch(c.reader);
  if (from == From::writing) {
    pass(watch, c.time, ours);  // which has nothing to look at but the time
    return ours == Ours::ended ? std::nullopt : std::optional(watch);
  }
  const bool ended_before = from == From::sent_to_ended || from == From::ended_early;
  watch.handed_over(look(ended_before ? Seen::end_early : Seen::not_all, Ours::open), handed_over_at);
  if (ours == Ours::ended) watch.end_sent();
  pass(watch, c.time, ours);
  if (from == From::settled) watch.failed(look(Seen::error, ours));
  // Fresh, so that an early end decides nothing yet; an end in order decides at once, so it is one with bytes
  // missing that is acknowledged later.
  if (from == From::ended || from == From::ended_early)
    watch.end_of_stream(look(Seen::end_early, ours), handed_over_at);
  return watch;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Told told : tolds)
    for (const From from : froms)
      for (const Seen seen : seens)
        for (const When when : {When::fresh, When::later, When::silent})
          for (const Ours ours : {Ours::open, Ours::ended})
            for (const Reader reader : {Reader::itself, Reader::doubtful, Reader::unknown, Reader::proxy})
              for (const Time time : times) all.push_back({told, from, seen, when, ours, reader, time});
  return all;
}

bool holds(const Row& row, const Case& c) {
  return row.told.holds(c.told) && row.from.holds(c.from) && row.seen.holds(c.seen) && row.when.holds(c.when) &&
         row.ours.holds(c.ours) && row.reader.holds(c.reader) && row.time.holds(c.time);
}

TEST_CASE("every state says what its table says to everything it can be told, and to nothing once it is settled") {
  const std::vector<Row> rows = table();
  std::vector<bool> used(rows.size());
  for (const Case& c : cases()) {
    std::optional<ReceiptWatch> watch = reach(c);
    if (!watch) continue;
    CAPTURE(static_cast<int>(c.told));
    CAPTURE(static_cast<int>(c.from));
    CAPTURE(static_cast<int>(c.seen));
    CAPTURE(static_cast<int>(c.when));
    CAPTURE(static_cast<int>(c.ours));
    CAPTURE(static_cast<int>(c.reader));
    CAPTURE(static_cast<int>(c.time));
    const auto row = std::ranges::find_if(rows, [&](const Row& r) { return holds(r, c); });
    REQUIRE(row != rows.end());
    used[static_cast<std::size_t>(row - rows.begin())] = true;
    const SteadyTime now = handed_over_at + (c.when == When::fresh ? milliseconds(99) : milliseconds(100));
    const TcpInfo view = look(c.seen, c.ours, c.when);
    REQUIRE(tell(*watch, c.told, view, now) == row->verdict);
    const bool open = row->verdict == Verdict::undecided || row->verdict == Verdict::probe;
    const bool settled = !open || c.from == From::settled;
    REQUIRE(watch->settled() == settled);
    if (!settled) continue;
    for (const Told more : tolds) REQUIRE(tell(*watch, more, view, now) == Verdict::undecided);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    CHECK(used[i]);
  }
}

TEST_CASE("a reset that was seen at any look is remembered when the next look shows none") {
  for (const Told told : tolds) {
    CAPTURE(static_cast<int>(told));
    ReceiptWatch watch;
    watch.handed_over(look(Seen::error, Ours::open), handed_over_at);
    CHECK(tell(watch, told, look(Seen::all, Ours::open), handed_over_at + milliseconds(500)) == Verdict::unconfirmed);
  }
}

TEST_CASE("our own end does not make a reset that was seen before it forgotten") {
  ReceiptWatch watch;
  watch.handed_over(look(Seen::closed, Ours::open), handed_over_at);
  watch.end_sent();
  CHECK(watch.end_of_stream(look(Seen::closed, Ours::ended), handed_over_at) == Verdict::unconfirmed);
}

}  // namespace
