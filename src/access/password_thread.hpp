// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "crypto/sha256.hpp"
#include "delivery/one_shot_event.hpp"

namespace oneshot::access {

/// A password that has to be checked.
struct PasswordQuestion {
  crypto::Digest key;      ///< equal for equal questions
  std::string password;    ///< without NUL
  std::string hash;        ///< that crypto::bcrypt_cost() knows
  std::uint64_t peer = 0;  ///< who asks, as Address::site() has it
};

/// Checks passwords one after the other, which is slow on purpose, on a thread of its own: workers go on. The thread
/// begins with the first question. Who tries many passwords is in the way of those of the same peer only: a peer has a
/// few of the places, and peers take turns. Any thread.
class PasswordThread {
 public:
  static constexpr std::size_t places = 32;
  static constexpr std::size_t places_of_peer = 4;

  /// The answer to one question, for one who waits.
  class Check {
   public:
    /// Notified once there is an answer.
    [[nodiscard]] delivery::OneShotEvent& ready() noexcept { return ready_; }
    /// Afterwards.
    [[nodiscard]] bool right() const noexcept { return right_.load(std::memory_order_relaxed); }

   private:
    friend class PasswordThread;
    delivery::OneShotEvent ready_;
    std::atomic<bool> right_{false};
  };

  PasswordThread();
  PasswordThread(const PasswordThread&) = delete;
  PasswordThread& operator=(const PasswordThread&) = delete;
  /// Waits for no check: one that is being made ends by itself, or with the program.
  ~PasswordThread();

  /// Null: too many are being checked. Equal questions share a place, whoever asks.
  [[nodiscard]] std::shared_ptr<Check> ask(PasswordQuestion question);
  /// Nobody outside of this process knows these bytes: for the keys of questions.
  [[nodiscard]] const crypto::Digest& secret() const noexcept { return secret_; }
  /// Questions without an answer. For tests and metrics.
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct State;
  static void run(const std::shared_ptr<State>& state);

  const crypto::Digest secret_;
  std::shared_ptr<State> state_;  // the thread's too, which may outlive this
};

}  // namespace oneshot::access
