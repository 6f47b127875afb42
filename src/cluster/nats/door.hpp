// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "cluster/nats/library.hpp"

namespace oneshot::cluster {

/// What a message is, by the subscription that it came by.
enum class Came : std::uint8_t { append_answer, ask_answer, entry, question, call };
inline constexpr std::size_t kinds_of_messages = 5;

/// Gets what comes, on threads of libnats, several at a time. Keeps it for a thread of its own.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void on_message(Came kind, MessagePtr message) = 0;
  virtual void on_disconnected() = 0;
  virtual void on_reconnected() = 0;
  /// Of the engine: what this client may not do, for one.
  virtual void on_error(const std::string& why) = 0;

 protected:
  Receiver() = default;
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
};

/// Through which libnats calls back. Its threads may still be in a call, or about to begin one, when a subscription or
/// a connection is gone (libnats says so of none of its calls but one), so a door lives as long as the process, and is
/// shut: after that nothing gets through.
class Door {
 public:
  /// A door that leads to nobody yet. There is one for each ordered log that a process has had.
  static Door& make();

  void open(Receiver& receiver);
  void shut();

  /// What libnats is given to call with `closure(kind)`, or with this door.
  static void message(natsConnection*, natsSubscription*, natsMsg* message, void* closure);
  static void disconnected(natsConnection*, void* door);
  static void reconnected(natsConnection*, void* door);
  static void error(natsConnection*, natsSubscription*, natsStatus status, void* door);
  [[nodiscard]] void* closure(Came kind) noexcept { return &openings_[static_cast<std::size_t>(kind)]; }

 private:
  struct Opening {
    Door* door;
    Came kind;
  };
  template <class Call>
  void pass(Call call) {
    const std::lock_guard lock(mutex_);
    if (receiver_ != nullptr) call(*receiver_);
  }

  std::mutex mutex_;
  Receiver* receiver_ = nullptr;
  std::array<Opening, kinds_of_messages> openings_{{{this, Came::append_answer},
                                                    {this, Came::ask_answer},
                                                    {this, Came::entry},
                                                    {this, Came::question},
                                                    {this, Came::call}}};
};

}  // namespace oneshot::cluster
