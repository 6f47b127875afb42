// SPDX-License-Identifier: MIT
// Every cell of the table in the header: what is known about the marker x where the batch is x what happens.
#include "confirm/judge.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "confirm/state.hpp"

using oneshot::SteadyTime;
using oneshot::confirm::Decides;
using oneshot::confirm::Judge;
using oneshot::confirm::Unreachable;
using oneshot::delivery::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Batch = Judge::Batch;
using Permit = Judge::Permit;
using Trust = Judge::Trust;
using Verdict = Judge::Verdict;

namespace {

const SteadyTime start{seconds(1000)};
constexpr milliseconds patience{2000};
constexpr std::uint64_t number = 100;

Judge::Facts neither(std::uint64_t newest = number - 1) {
  Judge::Facts facts;
  facts.number = number;
  facts.newest = newest;
  return facts;
}
Judge::Facts here() {
  Judge::Facts facts = neither(number);
  facts.here = true;
  return facts;
}
Judge::Facts later() {
  Judge::Facts facts = neither(number + 1);
  facts.later = true;
  return facts;
}
Judge::Facts nothing() { return neither(0); }
Judge::Facts scrapes_without_it(std::uint64_t newest) {
  Judge::Facts facts = neither(newest);
  facts.scrapes_stored = true;
  return facts;
}

/// A judge that has never seen a marker, for 20 s of healthy scrapes.
Judge lost(Unreachable unreachable) {
  Judge judge(false, patience, unreachable);
  judge.issued(1);
  static_cast<void>(judge.answered(nothing(), start - seconds(60)));
  for (std::uint64_t i = 0; i < Judge::least_markers; ++i) judge.issued(number - 20 + i);
  static_cast<void>(judge.answered(scrapes_without_it(0), start - seconds(30)));
  REQUIRE(judge.trust() == Trust::lost);
  return judge;
}

Judge make(Trust trust, Batch batch, Unreachable unreachable = Unreachable::wait) {
  Judge judge = trust == Trust::lost ? lost(unreachable) : Judge(trust == Trust::shown, patience, unreachable);
  judge.issued(number - 1);
  if (batch == Batch::none) return judge;
  judge.issued(number);
  judge.taken(number);
  if (batch == Batch::sending) return judge;
  judge.handed_over(number, start);
  if (batch == Batch::asking) return judge;
  if (trust == Trust::lost) {
    judge.taken_over(number, Outcome::unconfirmed, start);  // else TCP would have decided by now
  } else {
    REQUIRE(judge.told(number, Outcome::unconfirmed) == Verdict::open);
  }
  REQUIRE(judge.batch() == Batch::told);
  return judge;
}

const std::vector<Trust> all_trusts = {Trust::unseen, Trust::shown, Trust::lost};
const std::vector<Batch> all_batches = {Batch::none, Batch::sending, Batch::asking, Batch::told};
bool is_out(Batch batch) { return batch == Batch::asking || batch == Batch::told; }

void check(Judge judge, Verdict is, Verdict wanted, Batch then) {
  CHECK(is == wanted);
  CHECK(judge.batch() == then);
}

}  // namespace

TEST_CASE("a batch goes out, whatever is known about the marker") {
  for (const Trust trust : all_trusts) {
    Judge judge = make(trust, Batch::none);
    judge.taken(number);
    CHECK(judge.batch() == Batch::sending);
    CHECK(judge.number() == number);
    judge.handed_over(number, start);
    CHECK(judge.batch() == Batch::asking);
  }
}

TEST_CASE("what TCP tells while the batch is being sent decides at once") {
  for (const Trust trust : all_trusts) {
    for (const Outcome outcome : {Outcome::truncated, Outcome::timed_out, Outcome::unconfirmed}) {
      Judge judge = make(trust, Batch::sending);
      const Verdict verdict = judge.told(number, outcome);
      check(judge, verdict, Verdict::by_tcp, Batch::none);
      CHECK(judge.tcp() == outcome);
    }
  }
}

TEST_CASE("a batch that was never sent is out no more, and one that is out is not withdrawn") {
  for (const Trust trust : all_trusts) {
    for (const Batch batch : all_batches) {
      Judge judge = make(trust, batch);
      judge.withdrawn(number);
      CHECK(judge.batch() == (batch == Batch::sending ? Batch::none : batch));
    }
  }
}

TEST_CASE("what TCP tells of a batch that was handed over decides only where the marker is lost") {
  for (const Outcome outcome : {Outcome::delivered, Outcome::truncated, Outcome::unconfirmed, Outcome::timed_out}) {
    for (const Trust trust : {Trust::unseen, Trust::shown}) {
      Judge judge = make(trust, Batch::asking);
      const Verdict verdict = judge.told(number, outcome);
      check(judge, verdict, Verdict::open, Batch::told);
      CHECK(judge.tcp() == outcome);
    }
    Judge judge = make(Trust::lost, Batch::asking);
    const Verdict verdict = judge.told(number, outcome);
    check(judge, verdict, Verdict::by_tcp, Batch::none);
  }
}

TEST_CASE("what TCP tells of another batch, or twice, changes nothing") {
  for (const Trust trust : all_trusts) {
    for (const Batch batch : all_batches) {
      Judge judge = make(trust, batch);
      const Verdict verdict = judge.told(number - 1, Outcome::delivered);
      check(judge, verdict, Verdict::open, batch);
    }
    for (const Batch batch : {Batch::none, Batch::told}) {
      Judge judge = make(trust, batch);
      const Verdict verdict = judge.told(number, Outcome::delivered);
      check(judge, verdict, Verdict::open, batch);
    }
  }
}

TEST_CASE("the number there: delivered, whatever TCP said and whatever was known about the marker") {
  for (const Trust trust : all_trusts) {
    for (const Batch batch : all_batches) {
      Judge judge = make(trust, batch);
      const Verdict verdict = judge.answered(here(), start);
      check(judge, verdict, is_out(batch) ? Verdict::delivered : Verdict::open, is_out(batch) ? Batch::none : batch);
      CHECK(judge.trust() == Trust::shown);
    }
  }
}

TEST_CASE("a later number there, and patience over: never") {
  for (const Trust trust : all_trusts) {
    for (const Batch batch : all_batches) {
      Judge judge = make(trust, batch);
      const Verdict verdict = judge.answered(later(), start + patience);
      check(judge, verdict, is_out(batch) ? Verdict::never : Verdict::open, is_out(batch) ? Batch::none : batch);
    }
  }
}

TEST_CASE("a later number there, but not for long enough: open") {
  for (const Trust trust : all_trusts) {
    for (const Batch batch : all_batches) {
      Judge judge = make(trust, batch);
      const Verdict verdict = judge.answered(later(), start + patience - milliseconds(1));
      check(judge, verdict, Verdict::open, batch);
    }
  }
}

TEST_CASE("neither number there: open, however long it takes") {
  for (const Trust trust : all_trusts) {
    for (const Batch batch : all_batches) {
      Judge judge = make(trust, batch);
      const Verdict verdict = judge.answered(neither(), start + seconds(3600));
      check(judge, verdict, Verdict::open, batch);
    }
  }
}

TEST_CASE("an answer that may be incomplete proves what it shows, and nothing by what it lacks") {
  for (const Batch batch : {Batch::asking, Batch::told}) {
    Judge::Facts facts = later();
    facts.complete = false;
    Judge judge = make(Trust::shown, batch);
    CHECK(judge.answered(facts, start + seconds(60)) == Verdict::open);
    facts.here = true;
    CHECK(judge.answered(facts, start + seconds(60)) == Verdict::delivered);
  }
}

TEST_CASE("silence: with `wait` nothing is decided") {
  for (const Trust trust : {Trust::unseen, Trust::shown}) {
    for (const Batch batch : all_batches) {
      Judge judge = make(trust, batch);
      const Verdict verdict = judge.silent();
      check(judge, verdict, Verdict::open, batch);
      if (batch == Batch::asking) CHECK(judge.told(number, Outcome::delivered) == Verdict::open);
    }
  }
}

TEST_CASE("silence: with `tcp` what TCP said decides, or will say, until the next answer") {
  for (const Trust trust : {Trust::unseen, Trust::shown}) {
    for (const Batch batch : all_batches) {
      Judge judge = make(trust, batch, Unreachable::tcp);
      const Verdict verdict = judge.silent();
      const bool told = batch == Batch::told;
      check(judge, verdict, told ? Verdict::by_tcp : Verdict::open, told ? Batch::none : batch);
      if (batch == Batch::asking) CHECK(judge.told(number, Outcome::delivered) == Verdict::by_tcp);
    }
    Judge judge = make(trust, Batch::asking, Unreachable::tcp);
    CHECK(judge.silent() == Verdict::open);
    CHECK(judge.answered(neither(), start) == Verdict::open);
    CHECK(judge.told(number, Outcome::delivered) == Verdict::open);
  }
}

TEST_CASE("silence where the marker is lost: a batch of a program before goes by TCP") {
  CHECK(make(Trust::lost, Batch::told).silent() == Verdict::by_tcp);
  CHECK(make(Trust::lost, Batch::asking).silent() == Verdict::open);
}

TEST_CASE("what a scrape gets") {
  const auto permit = [](Trust trust, Batch batch) { return make(trust, batch).permit(); };
  CHECK(permit(Trust::unseen, Batch::none) == Permit::unseen);
  CHECK(permit(Trust::shown, Batch::none) == Permit::batch);
  CHECK(permit(Trust::lost, Batch::none) == Permit::batch);
  for (const Trust trust : all_trusts) CHECK(permit(trust, Batch::sending) == Permit::batch_soon);
  for (const Batch batch : {Batch::asking, Batch::told}) {
    CHECK(permit(Trust::unseen, batch) == Permit::waiting);
    CHECK(permit(Trust::shown, batch) == Permit::waiting);
    CHECK(permit(Trust::lost, batch) == Permit::batch);  // the queue waits for what TCP tells
  }
}

TEST_CASE("what a scrape gets while the API is silent") {
  for (const Unreachable unreachable : {Unreachable::wait, Unreachable::tcp}) {
    const bool tcp = unreachable == Unreachable::tcp;
    Judge unseen = make(Trust::unseen, Batch::none, unreachable);
    static_cast<void>(unseen.silent());
    CHECK(unseen.permit() == (tcp ? Permit::batch : Permit::unseen));
    Judge asking = make(Trust::shown, Batch::asking, unreachable);
    static_cast<void>(asking.silent());
    CHECK(asking.permit() == (tcp ? Permit::batch : Permit::waiting));
    Judge shown = make(Trust::shown, Batch::none, unreachable);
    static_cast<void>(shown.silent());
    CHECK(shown.permit() == Permit::batch);
  }
}

TEST_CASE("what decides, for people: the API, TCP, or nothing yet") {
  for (const Unreachable unreachable : {Unreachable::wait, Unreachable::tcp}) {
    const Decides meanwhile = unreachable == Unreachable::tcp ? Decides::tcp : Decides::nothing;
    for (const Trust trust : {Trust::unseen, Trust::shown, Trust::lost}) {
      Judge judge = make(trust, Batch::none, unreachable);
      const Decides asked = trust == Trust::unseen  ? Decides::nothing
                            : trust == Trust::shown ? Decides::api
                                                    : Decides::tcp;
      CHECK(judge.decides() == asked);
      static_cast<void>(judge.silent());
      CHECK(judge.decides() == (trust == Trust::lost ? Decides::tcp : meanwhile));
    }
  }
}

TEST_CASE("the first number of ours makes the answers count") {
  Judge judge(false, patience, Unreachable::wait);
  judge.issued(number);
  CHECK(judge.answered(nothing(), start) == Verdict::open);
  CHECK(judge.trust() == Trust::unseen);
  CHECK(judge.answered(neither(number), start) == Verdict::open);
  CHECK(judge.trust() == Trust::shown);
}

TEST_CASE("answers before the first marker went out say nothing about it") {
  Judge judge(false, patience, Unreachable::wait);
  CHECK(judge.answered(nothing(), start - seconds(3600)) == Verdict::open);
  for (unsigned i = 0; i < Judge::least_markers; ++i) judge.issued(number + i);
  CHECK(!judge.doubts(start));
  CHECK(judge.answered(scrapes_without_it(0), start) == Verdict::open);
  CHECK(judge.trust() == Trust::unseen);
}

TEST_CASE("no number for 20 s of stored scrapes and several markers: TCP decides") {
  Judge judge(false, patience, Unreachable::wait);
  judge.issued(1);
  CHECK(judge.answered(nothing(), start) == Verdict::open);
  SUBCASE("so") {
    for (unsigned i = 0; i < Judge::least_markers; ++i) judge.issued(number + i);
    CHECK(!judge.doubts(start + seconds(19)));
    CHECK(judge.answered(scrapes_without_it(0), start + seconds(19)) == Verdict::open);
    CHECK(judge.trust() == Trust::unseen);
    CHECK(judge.doubts(start + seconds(20)));
    CHECK(judge.answered(scrapes_without_it(0), start + seconds(20)) == Verdict::open);
    CHECK(judge.trust() == Trust::lost);
  }
  SUBCASE("but not where too few markers went out") {
    judge.issued(number);
    CHECK(judge.answered(scrapes_without_it(0), start + seconds(60)) == Verdict::open);
    CHECK(judge.trust() == Trust::unseen);
  }
  SUBCASE("but not where no scrape is stored") {
    for (unsigned i = 0; i < Judge::least_markers; ++i) judge.issued(number + i);
    CHECK(judge.answered(nothing(), start + seconds(60)) == Verdict::open);
    CHECK(judge.trust() == Trust::unseen);
  }
  SUBCASE("but not where the store has just started") {
    for (unsigned i = 0; i < Judge::least_markers; ++i) judge.issued(number + i);
    Judge::Facts facts = scrapes_without_it(0);
    facts.store_is_younger = true;
    CHECK(judge.answered(facts, start + seconds(60)) == Verdict::open);
    CHECK(judge.trust() == Trust::unseen);
  }
  SUBCASE("but not where the answers may be incomplete") {
    for (unsigned i = 0; i < Judge::least_markers; ++i) judge.issued(number + i);
    Judge::Facts facts = scrapes_without_it(0);
    facts.complete = false;
    CHECK(judge.answered(facts, start + seconds(60)) == Verdict::open);
    CHECK(judge.trust() == Trust::unseen);
  }
  SUBCASE("and a silence begins the 20 s anew") {
    static_cast<void>(judge.silent());
    for (unsigned i = 0; i < Judge::least_markers; ++i) judge.issued(number + i);
    CHECK(judge.answered(scrapes_without_it(0), start + seconds(30)) == Verdict::open);
    CHECK(judge.trust() == Trust::unseen);
  }
}

TEST_CASE("the marker is gone after five answers with later scrapes and neither number") {
  for (const Batch batch : {Batch::asking, Batch::told}) {
    Judge judge = make(Trust::shown, batch);
    for (unsigned i = 1; i < Judge::gone_after; ++i) {
      CHECK(judge.doubts(start + patience));
      CHECK(judge.answered(scrapes_without_it(number - 1), start + patience) == Verdict::open);
      CHECK(judge.trust() == Trust::shown);
    }
    const Verdict verdict = judge.answered(scrapes_without_it(number - 1), start + patience);
    CHECK(judge.trust() == Trust::lost);
    if (batch == Batch::told) {
      check(judge, verdict, Verdict::by_tcp, Batch::none);
    } else {
      check(judge, verdict, Verdict::open, Batch::asking);
      CHECK(judge.told(number, Outcome::truncated) == Verdict::by_tcp);
    }
  }
}

TEST_CASE("the five answers are in a row") {
  const auto four = [] {
    Judge judge = make(Trust::shown, Batch::asking);
    for (unsigned i = 1; i < Judge::gone_after; ++i)
      static_cast<void>(judge.answered(scrapes_without_it(number - 1), start + patience));
    return judge;
  };
  Judge::Facts facts = scrapes_without_it(number - 1);
  Judge judge = four();
  SUBCASE("a silence") { static_cast<void>(judge.silent()); }
  SUBCASE("scrapes are not stored") { static_cast<void>(judge.answered(neither(), start + patience)); }
  SUBCASE("an incomplete answer") {
    facts.complete = false;
    static_cast<void>(judge.answered(facts, start + patience));
  }
  CHECK(judge.answered(scrapes_without_it(number - 1), start + patience) == Verdict::open);
  CHECK(judge.trust() == Trust::shown);
}

TEST_CASE("no batch out: nothing is doubted, and the marker cannot be gone") {
  for (const Batch batch : {Batch::none, Batch::sending}) {
    Judge judge = make(Trust::shown, batch);
    CHECK(!judge.doubts(start + seconds(60)));
    for (unsigned i = 0; i < 2 * Judge::gone_after; ++i)
      static_cast<void>(judge.answered(scrapes_without_it(number - 1), start + seconds(60)));
    CHECK(judge.trust() == Trust::shown);
  }
}

TEST_CASE("a lost marker that shows again counts again, but not by what was shown before the loss") {
  Judge judge = lost(Unreachable::wait);
  static_cast<void>(judge.answered(neither(number - 20), start));
  CHECK(judge.trust() == Trust::lost);
  judge.issued(number);
  static_cast<void>(judge.answered(neither(number), start));
  CHECK(judge.trust() == Trust::shown);
}

TEST_CASE("a batch of the program before is out from the start") {
  Judge judge(true, patience, Unreachable::wait);
  judge.taken_over(number, Outcome::delivered, start);
  CHECK(judge.batch() == Batch::told);
  CHECK(judge.permit() == Permit::waiting);
  CHECK(judge.is_last());
  SUBCASE("there") { CHECK(judge.answered(here(), start) == Verdict::delivered); }
  SUBCASE("not there") {
    judge.issued(number + 1);
    CHECK(!judge.is_last());
    CHECK(judge.answered(later(), start + patience) == Verdict::never);
  }
}

TEST_CASE("a reload changes patience and what silence means") {
  Judge judge = make(Trust::shown, Batch::told);
  judge.change(milliseconds(10'000), Unreachable::tcp);
  CHECK(judge.answered(later(), start + seconds(9)) == Verdict::open);
  CHECK(judge.silent() == Verdict::by_tcp);
}

TEST_CASE("it asks while something is to be learnt") {
  CHECK(!Judge(false, patience, Unreachable::wait).is_curious());  // nothing went out yet
  CHECK(make(Trust::unseen, Batch::none).is_curious());
  CHECK(!make(Trust::shown, Batch::none).is_curious());
  CHECK(!make(Trust::shown, Batch::sending).is_curious());
  CHECK(make(Trust::shown, Batch::asking).is_curious());
  CHECK(make(Trust::shown, Batch::told).is_curious());
  CHECK(make(Trust::lost, Batch::none).is_curious());
}

TEST_CASE("an answer about the batch before says nothing about the one that is out by now") {
  for (const Batch batch : {Batch::asking, Batch::told}) {
    for (Judge::Facts facts : {here(), later()}) {
      Judge judge = make(Trust::shown, batch);
      facts.number = number - 1;
      CHECK(judge.answered(facts, start + seconds(60)) == Verdict::open);
      CHECK(judge.batch() == batch);
      facts.number = number;
      CHECK(judge.answered(facts, start + seconds(60)) != Verdict::open);
    }
  }
}
