// SPDX-License-Identifier: MIT
//
// One batch, all of which its scraper has acknowledged while the engine stores nothing, or nothing of the replica that
// sent the batch; and another replica that the scraper asks for the next batch at each moment around the end of that.
// No message between the two is lost, and nobody is killed: so no event comes twice; and where the sender never gets
// through, none is held back by that for ever.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "simulation/memory_log.hpp"
#include "simulation/node.hpp"
#include "simulation/oracle.hpp"
#include "simulation/scheduler.hpp"

namespace oneshot::simulation {
namespace {

const std::string scraper = "s";
constexpr milliseconds away{4000};        // longer than the deadline of the batch
constexpr milliseconds alone_away{7000};  // much longer

cluster::Agreement agreement() {
  queue::Options options;
  options.storage.capacity_bytes = 1 << 20;
  options.names = {scraper};
  return cluster::Agreement::of(options);
}

class Standstill {
 public:
  /// `timeout`: how long scrapes wait for all of their answer; half of it for their batch.
  Standstill(std::uint64_t seed, milliseconds timeout) : scheduler_(seed) { network_.timeout = timeout; }

  enum class Lost : std::uint8_t { records_of_all, records_of_the_sender, all_records_of_the_sender };

  /// What is wrong if the other replica is asked so long after the last byte has arrived; empty: nothing.
  std::string run(Lost lost, milliseconds asked_after) {
    pass_until([this] { return sender_.is_ready() && other_.is_ready(); });
    sender_.post({1}, 0, 1);
    pass(milliseconds(200));
    sender_.scrape(exchange());
    pass_until([this] { return oracle_.batches(scraper) == 1; });
    const milliseconds lasts = lost == Lost::records_of_all ? away : alone_away;
    lose(lost, scheduler_.steady() + lasts);
    scheduler_.after(asked_after, [this] { ask_other(); });
    pass(lasts + std::chrono::seconds(10));
    other_.post({2}, 0, 1);
    pass(std::chrono::seconds(10));
    const Oracle::Verdict verdict = oracle_.verdict(scraper);
    if (lost == Lost::all_records_of_the_sender && verdict.lost == 0) return "";  // at last others do without it
    if (verdict.accepted != 2 || verdict.lost > 0) return std::to_string(verdict.lost) + " lost";
    return verdict.twice > 0 ? "an event came twice" : "";
  }

 private:
  void lose(Lost lost, SteadyTime until) {
    if (lost == Lost::records_of_all) return engine_.be_away_until(until);
    sender_.log().lose_records_until(lost == Lost::records_of_the_sender ? until : SteadyTime::max());
  }

  std::shared_ptr<Exchange> exchange(std::function<void()> over = [] {}) {
    auto made = std::make_shared<Exchange>();
    made->scraper = scraper;
    made->answer_by = scheduler_.steady() + network_.timeout + milliseconds(500);
    made->over = std::move(over);
    return made;
  }

  /// Again and again, as a scraper does.
  void ask_other() {
    other_.scrape(exchange([this, done = std::make_shared<bool>(false)] {
      if (std::exchange(*done, true)) return;
      scheduler_.after(milliseconds(300), [this] { ask_other(); });
    }));
  }

  template <class Condition>
  void pass_until(Condition condition) {
    for (int i = 0; i < 20'000 && !condition(); ++i) pass(milliseconds(1));
  }
  void pass(milliseconds time) {
    const SteadyTime until = scheduler_.steady() + time;
    do {
      while (sender_.run() || other_.run()) {
      }
    } while (scheduler_.step(until));
  }

  Scheduler scheduler_;
  Oracle oracle_;
  Faults faults_{
      .lost_append = 0, .lost_answer = 0, .lost_message = 0, .late_append = 0, .doubled_append = 0, .clock_skew_ms = 0};
  NetworkFaults network_{.cut = 0, .gives_up = 0, .unread = 0, .silent = 0};
  cluster::Agreement agreement_ = agreement();
  MemoryEngine engine_{scheduler_, faults_};
  Node sender_{scheduler_, engine_, oracle_, network_, "sender", agreement_};
  Node other_{scheduler_, engine_, oracle_, network_, "other", agreement_};
};

int run_all(Standstill::Lost lost, milliseconds timeout, const char* name) {
  int failed = 0;
  for (std::uint64_t after = 1000; after < 9000; after += 10) {
    const std::string wrong = Standstill(after, timeout).run(lost, milliseconds(after));
    if (wrong.empty()) continue;
    std::printf("asked %u ms after the last byte: %s\n", static_cast<unsigned>(after), wrong.c_str());
    ++failed;
  }
  std::printf("%s, scrapes of %u ms: 800 moments, %d failed\n", name, static_cast<unsigned>(timeout.count()), failed);
  return failed;
}

}  // namespace
}  // namespace oneshot::simulation

int main() {
  oneshot::log::set_level(oneshot::log::Level::error);
  using oneshot::simulation::Standstill;
  int failed = 0;
  for (const std::chrono::milliseconds timeout : {std::chrono::milliseconds(3000), std::chrono::milliseconds(250)}) {
    failed += oneshot::simulation::run_all(Standstill::Lost::records_of_all, timeout, "the engine stores nothing");
    failed += oneshot::simulation::run_all(Standstill::Lost::records_of_the_sender, timeout, "nothing of the sender");
    failed += oneshot::simulation::run_all(Standstill::Lost::all_records_of_the_sender, timeout, "never any of it");
  }
  return failed == 0 ? 0 : 1;
}
