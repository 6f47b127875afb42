// SPDX-License-Identifier: MIT
#include "cluster/replica.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "support/manual_clock.hpp"

namespace oneshot::cluster {
namespace {

using std::chrono::milliseconds;

/// A log of which nobody can read anything, and says so.
class UnreadableLog final : public OrderedLog {
 public:
  void append(Subject, std::string, std::function<void(const AppendAnswer&)>) override {}
  void tail(const From&, LogReader&) override {}
  void find_start(std::function<void(Result<LogStart>)> told) override {
    ++asked;
    told(Unexpected{"install another engine"});
  }
  void trim(Subject, Sequence) override {}
  void ask(const std::string&, std::string, milliseconds, std::function<void(std::optional<std::string>)>) override {}
  void answer_by(std::function<void(std::string, Reply)>) override {}
  void call_out(std::string) override {}
  void hear_by(std::function<void(std::string_view)>) override {}
  [[nodiscard]] bool is_connected() const noexcept override { return true; }

  int asked = 0;
};

TEST_CASE("a log that cannot be read is asked again after two seconds, not at each pulse") {
  UnreadableLog log;
  test::ManualClock clock;
  Replica replica(log, clock, {.name = "a", .version = "1", .publisher = 1, .salt = 1, .agreement = {}});
  replica.start();
  CHECK(log.asked == 1);
  for (int i = 0; i < 100; ++i) {
    clock.advance(milliseconds(50));
    replica.pulse();
  }
  CHECK(log.asked == 3);
  CHECK(replica.state() == Replica::State::starting);
}

}  // namespace
}  // namespace oneshot::cluster
