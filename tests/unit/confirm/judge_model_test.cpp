// SPDX-License-Identifier: MIT
//
// Every order in which things can happen around the judge, up to a depth: a scraper that stores one scrape after the
// other or throws one away, a store that is asked and answers later, a TCP that says whatever it likes, an API that is
// silent. In each of these worlds no event is in the store twice, none counts as delivered that is not there, and from
// each all events arrive in the end.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "confirm/judge.hpp"

using oneshot::SteadyTime;
using oneshot::confirm::Judge;
using oneshot::confirm::Unreachable;
using oneshot::delivery::Outcome;
using std::chrono::milliseconds;
using Permit = Judge::Permit;
using Verdict = Judge::Verdict;

namespace {

constexpr milliseconds patience{2000};

enum class Move : std::uint8_t {
  scrape,       ///< the scraper asks, and gets a batch if it may have one
  stored,       ///< it stores what it got
  thrown_away,  ///< it throws that away
  tcp_good,     ///< TCP says that the batch was delivered
  tcp_bad,      ///< TCP says that the batch was not delivered
  question,     ///< the store is asked
  answer_soon,  ///< its answer comes, with what it had when it was asked
  answer_late,  ///< the same, after the patience
  silence,      ///< there is no answer
};
constexpr std::array moves{Move::scrape,   Move::stored,      Move::thrown_away, Move::tcp_good, Move::tcp_bad,
                           Move::question, Move::answer_soon, Move::answer_late, Move::silence};

/// An exposition: its number, and how many of all events (the first ones are delivered) it ends at.
struct Exposition {
  std::uint64_t number = 0;
  unsigned begin = 0;
  unsigned end = 0;
};

class World {
 public:
  explicit World(bool was_shown) : judge_(was_shown, patience, Unreachable::wait) {}

  /// False: it cannot happen now.
  bool make(Move move) {
    switch (move) {
      case Move::scrape:
        return scrape();
      case Move::stored:
      case Move::thrown_away:
        return process(move == Move::stored);
      case Move::tcp_good:
      case Move::tcp_bad:
        return tell(move == Move::tcp_good ? Outcome::delivered : Outcome::unconfirmed);
      case Move::question:
        if (asked_) return false;
        asked_ = markers_;
        return true;
      case Move::answer_soon:
      case Move::answer_late:
        return answer(move == Move::answer_late);
      case Move::silence:
        if (!asked_) return false;
        asked_.reset();
        settle(judge_.silent());
        return true;
    }
    return false;
  }

  /// What must hold at any moment; the reason where it does not.
  [[nodiscard]] std::string fault() const {
    if (!fault_.empty()) return fault_;
    for (const unsigned times : in_store_)
      if (times > 1) return "an event is in the store twice";
    return {};
  }
  [[nodiscard]] bool all_arrived() const {
    return delivered_ == posted_ &&
           std::all_of(in_store_.begin(), in_store_.begin() + posted_, [](unsigned times) { return times == 1; });
  }
  /// From here on nothing fails.
  void go_well() {
    for (int round = 0; round < 4; ++round) {
      for (const Move move : {Move::stored, Move::scrape, Move::stored, Move::tcp_bad, Move::answer_late,
                              Move::question, Move::answer_late})
        make(move);
    }
  }

 private:
  static constexpr unsigned most_events = 12;

  bool scrape() {
    if (at_scraper_) return false;  // one after the other
    Exposition sent{.number = ++last_number_, .begin = delivered_, .end = delivered_};
    const bool takes = !out_ && judge_.permit() == Permit::batch;
    if (takes) posted_ = std::min(posted_ + 1, most_events);
    if (takes) sent.end = posted_;
    judge_.issued(sent.number);
    if (sent.end > sent.begin) {
      judge_.taken(sent.number);
      judge_.handed_over(sent.number, now_);
      out_ = sent;
      told_ = false;
    }
    at_scraper_ = sent;
    return true;
  }

  bool process(bool stores) {
    if (!at_scraper_) return false;
    if (stores) {
      markers_.insert(at_scraper_->number);
      for (unsigned event = at_scraper_->begin; event < at_scraper_->end; ++event) ++in_store_.at(event);
    }
    at_scraper_.reset();
    return true;
  }

  bool tell(Outcome outcome) {
    if (!out_ || told_) return false;
    told_ = true;
    settle(judge_.told(out_->number, outcome));
    return true;
  }

  bool answer(bool late) {
    if (!asked_) return false;
    if (late) now_ += patience;
    Judge::Facts facts;
    facts.newest = asked_->empty() ? 0 : *asked_->rbegin();
    if (out_) {
      facts.number = out_->number;
      facts.here = asked_->contains(out_->number);
      facts.later = facts.newest > out_->number;
    }
    asked_.reset();
    settle(judge_.answered(facts, now_));
    return true;
  }

  void settle(Verdict verdict) {
    if (verdict == Verdict::open) return;
    const bool is_stored = markers_.contains(out_->number);
    const bool may_be_stored = at_scraper_ && at_scraper_->number == out_->number;
    if (verdict == Verdict::by_tcp) fault_ = "TCP decided although the store answers";
    if (verdict == Verdict::delivered && !is_stored) fault_ = "delivered, and not in the store";
    if (verdict == Verdict::never && (is_stored || may_be_stored)) fault_ = "never, and it is or will be in the store";
    if (verdict == Verdict::delivered) delivered_ = out_->end;
    out_.reset();
  }

  Judge judge_;
  SteadyTime now_{std::chrono::seconds(1000)};
  std::uint64_t last_number_ = 100;
  unsigned posted_ = 0;
  unsigned delivered_ = 0;
  std::optional<Exposition> out_;         // the batch whose judgement is open
  bool told_ = false;                     // by TCP
  std::optional<Exposition> at_scraper_;  // what the scraper has got, and neither stored nor thrown away
  std::set<std::uint64_t> markers_;       // in the store
  std::array<unsigned, most_events> in_store_{};
  std::optional<std::set<std::uint64_t>> asked_;  // the store as it was when it was asked
  std::string fault_;
};

/// How many worlds there are, up to the first fault.
struct Explored {
  std::uint64_t worlds = 0;
  std::string fault;
};

void explore(const World& world, unsigned depth, Explored& all) {
  ++all.worlds;
  all.fault = world.fault();
  if (!all.fault.empty()) return;
  if (depth == 0) {
    World end = world;
    end.go_well();
    all.fault = end.fault();
    if (all.fault.empty() && !end.all_arrived()) all.fault = "an event does not arrive although all goes well";
    return;
  }
  for (const Move move : moves) {
    World next = world;
    if (!next.make(move)) continue;
    explore(next, depth - 1, all);
    if (!all.fault.empty()) {
      all.fault += " <- " + std::to_string(static_cast<int>(move));
      return;
    }
  }
}

TEST_CASE("whatever happens, in any order: lost 0, twice 0, and all arrives") {
  for (const bool was_shown : {true, false}) {
    CAPTURE(was_shown);
    Explored all;
    explore(World(was_shown), 9, all);
    CHECK(all.fault == "");
    CHECK(all.worlds > (was_shown ? 100'000 : 20'000));
    MESSAGE(all.worlds, " worlds");
  }
}

}  // namespace
