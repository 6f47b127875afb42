// SPDX-License-Identifier: MIT
#include "ctl/post/sending.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "crypto/hex.hpp"
#include "crypto/random.hpp"
#include "ctl/server/refusal.hpp"

namespace oneshot::ctl {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds first_pause{200};
constexpr milliseconds longest_pause{5000};
constexpr milliseconds usual_time{60'000};

bool worth_another_try(long status) noexcept {
  constexpr std::array<long, 9> passing{408, 409, 425, 429, 500, 502, 503, 504};
  return std::ranges::find(passing, status) != passing.end();
}

/// 128 random bits: no other event has them.
std::string new_key() { return crypto::to_hex(crypto::random_digest().view().substr(0, 16)); }

Question question_of(const TypedEvent& event) {
  return {"POST", event.path(), event.form(), {"Idempotency-Key: " + new_key(), "Expect:"}};
}

/// What is known after some tries.
struct Tries {
  std::string last;
  bool may_be_stored = false;
  milliseconds asked_to_wait{0};

  void note(const NoAnswer& none) {
    last = none.why;
    may_be_stored = may_be_stored || none.may_have_arrived;
    asked_to_wait = {};
  }
  void note(const Answer& answer) {
    last = refusal_of(answer);
    may_be_stored = may_be_stored || answer.status == 409 || (answer.status >= 500 && answer.status != 503);
    const auto seconds = parse_whole_number(answer.header("retry-after"));
    asked_to_wait = std::chrono::seconds(std::min<std::uint64_t>(seconds.value_or(0), 86'400));
  }
};

std::string given_up(const Tries& tries) {
  return tries.last + (tries.may_be_stored ? "; the event may be stored, or not" : "; the event is not stored");
}

/// A word without = is taken for a metric's name, and the server knows its metrics.
std::string hint_for(const TypedEvent& event, long status) {
  if (event.metric.empty() || status != 404) return {};
  const std::string word = printable(event.metric, 256);
  return "; if " + word + " was to be a label, write " + word + "=VALUE";
}

/// Half of it is left to chance, so that many scripts that failed together do not come together again.
milliseconds some_of(milliseconds pause) {
  const auto chance = static_cast<unsigned char>(crypto::random_digest().view().front());
  return pause / 2 + pause * chance / 510;
}

}  // namespace

Result<Stored> send(Http& server, const TypedEvent& event, milliseconds at_most) {
  const Question question = question_of(event);
  const auto end = Clock::now() + at_most;
  Tries tries;
  for (milliseconds pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
    const Result<Answer, NoAnswer> answer = server.ask(question);
    if (answer && answer->status == 200)
      return Stored{std::string(answer->header("event-id")), !answer->header("idempotency-replayed").empty()};
    if (answer) {
      tries.note(*answer);
      if (!worth_another_try(answer->status)) return Unexpected{given_up(tries) + hint_for(event, answer->status)};
    } else {
      tries.note(answer.error());
    }
    const milliseconds wait = std::max(some_of(pause), tries.asked_to_wait);
    if (Clock::now() + wait > end) return Unexpected{given_up(tries)};
    std::this_thread::sleep_for(wait);
  }
}

Result<milliseconds> retry_time(const Call& call) {
  const auto typed = call.value_of(retry_option.name);
  if (!typed) return usual_time;
  return seconds_of(*typed, retry_option.name);
}

}  // namespace oneshot::ctl
