// SPDX-License-Identifier: MIT
//
// A store in which anything happens by dice: scrapes that are stored, thrown away or stored late, kills that take what
// was not written yet, an API that is silent or refuses single questions, a TCP that says whatever it likes. The table
// knows what the store has: in the end each event once.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "confirmer_rig.hpp"

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)
using oneshot::confirm::test::Events;
using oneshot::confirm::test::Rig;
using oneshot::delivery::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int steps = 60;
constexpr std::int64_t written_after_ms = 30'000;  // a kill takes what is younger

class World {
 public:
  explicit World(unsigned seed) : dice_(seed) {
    rig_.store->honor_labels = chance(50);
    rig_.start();
  }

  void play() {
    for (int step = 0; step < steps; ++step) {
      if (chance(80)) post();
      trouble();
      scrape(chance(60) ? Fate::stored : chance(50) ? Fate::thrown_away : Fate::late);
    }
    rig_.store->silent = false;
    rig_.store->fails = nullptr;
    for (int round = 0; round < 60 || (round < 200 && !waiting_.empty()); ++round) scrape(Fate::stored);
  }

  /// How often each event is in the store.
  [[nodiscard]] std::map<std::string, int> stored() const {
    std::map<std::string, int> times;
    for (int id = 0; id < next_id_; ++id) times[json(id)] = 0;
    for (const auto& [time, events] : rig_.store->events)
      for (const std::string& event : events) ++times[event];
    return times;
  }
  [[nodiscard]] Statistics statistics() const { return rig_.confirmer->statistics(); }

 private:
  enum class Fate : std::uint8_t { stored, thrown_away, late };

  bool chance(unsigned percent) { return dice_() % 100 < percent; }
  /// Some events have a label of a name that the target has.
  static std::string label(int id) { return "id=\"" + std::to_string(id) + '"' + (id % 3 == 0 ? ",job=\"own\"" : ""); }
  static std::string json(int id) {
    return R"("id":")" + std::to_string(id) + '"' + (id % 3 == 0 ? R"(,"job":"own")" : "");
  }
  static int id_of(const std::string& label) { return std::stoi(label.substr(4)); }

  void post() {
    for (unsigned count = 1 + dice_() % 4; count > 0; --count) waiting_.insert(next_id_++);
  }

  void trouble() {
    if (chance(8)) kill();
    if (chance(15)) rig_.store->silent = !rig_.store->silent;
    if (chance(5)) rig_.pass(seconds(70));
    if (!chance(10)) return;
    // One question about single events fails in one of the ways that pass.
    rig_.store->fails = [left = 2U](const std::string& path) mutable -> std::optional<ApiError> {
      const bool about_markers = path.find("oneshot_batch") != std::string::npos;
      if (about_markers || left == 0) return std::nullopt;
      --left;
      return ApiError{"late"};
    };
  }

  void kill() {
    late_.reset();
    rig_.store->forget_since(rig_.clock.unix_ms() - written_after_ms);
  }

  void scrape(Fate fate) {
    const bool takes = rig_.permit() == Judge::Permit::batch;
    take_back();
    const std::uint64_t number = ++last_number_;
    std::vector<std::string> json_events;
    if (takes && !waiting_.empty()) {
      Events events;
      for (const int id : waiting_) {
        events.push_back(label(id));
        json_events.push_back(json(id));
      }
      waiting_.clear();
      rig_.send(number, std::move(events));
      sent_[number] = {};
    } else {
      rig_.confirmer->issued(number);
    }
    come(number, json_events, fate);
    rig_.confirmer->told(number, chance(50) ? Outcome::delivered : Outcome::unconfirmed);
    rig_.pass(milliseconds(500 + 100 * static_cast<int>(dice_() % 45)));
    take_back();
    if (late_) store(*std::exchange(late_, std::nullopt));
  }

  struct Late {
    std::int64_t time;
    std::uint64_t number;
    std::vector<std::string> events;
  };
  void come(std::uint64_t number, const std::vector<std::string>& events, Fate fate) {
    const Late scrape{rig_.clock.unix_ms(), number, events};
    if (fate == Fate::stored) store(scrape);
    if (fate == Fate::late) late_ = scrape;
  }
  void store(const Late& scrape) {
    rig_.store->markers[scrape.time] = scrape.number;
    rig_.store->up.insert(scrape.time);
    if (!scrape.events.empty()) rig_.store->events[scrape.time] = scrape.events;
  }

  /// What the confirmer wants to go out again, waits again.
  void take_back() {
    for (auto& [number, taken] : sent_) {
      const test::BatchLog& log = rig_.queue.log(number);
      const bool failed = !log.outcomes.empty() && log.outcomes.front() != Outcome::delivered;
      if (failed && !std::exchange(taken.failed, true)) take_back(log.events);
      if (log.whole_again > std::exchange(taken.whole, log.whole_again)) take_back(log.events);
      for (; taken.parts < log.parts_again.size(); ++taken.parts) take_back(log.parts_again[taken.parts]);
    }
  }
  void take_back(const Events& events) {
    for (const std::string& event : events) waiting_.insert(id_of(event));
  }

  struct Taken {
    bool failed = false;
    int whole = 0;
    std::size_t parts = 0;
  };
  std::mt19937 dice_;
  Rig rig_;
  int next_id_ = 0;
  std::set<int> waiting_;
  std::uint64_t last_number_ = 100;
  std::map<std::uint64_t, Taken> sent_;
  std::optional<Late> late_;
};

}  // namespace

TEST_CASE("whatever happens by dice, each event is in the store once in the end") {
  std::uint64_t confirmed = 0;
  std::uint64_t again = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    World world(seed);
    world.play();
    for (const auto& event : world.stored()) {
      CAPTURE(event.first);
      CHECK(event.second == 1);
    }
    const Statistics numbers = world.statistics();
    confirmed += numbers.confirmed;
    again += numbers.refuted_absent + numbers.refuted_vanished;
    CHECK(numbers.events_refused == 0);
  }
  CHECK(confirmed > 5000);
  CHECK(again > 1000);
  MESSAGE(confirmed, " batches confirmed, ", again, " sent again");
}
