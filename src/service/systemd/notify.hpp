// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "settings/sources/environment.hpp"

/// What the service manager is told, by the protocol of sd_notify(3): lines of NAME=value in one datagram. It is a few
/// lines of our own, since a library for it would be a dependency of everybody, also of those without systemd.
namespace oneshot::service {

/// The way to the service manager, if there is one (NOTIFY_SOCKET). Main thread.
class Notifier {
 public:
  /// A path, or with a leading @ an abstract socket; "" (nobody listens) makes every call do nothing. What is neither
  /// is a warning.
  explicit Notifier(const std::string& socket);

  [[nodiscard]] bool enabled() const noexcept { return static_cast<bool>(socket_); }
  /// "READY=1\nSTATUS=...", with a descriptor if one is given. What cannot be sent is a warning, and no more: the
  /// manager will draw its own conclusions.
  void send(std::string_view lines, int descriptor = -1);
  /// The line that says what the program does, in the words of a person.
  void status(std::string_view text);

 private:
  UniqueFd socket_;
  std::string address_;  // of sockaddr_un
  bool failing_ = false;
};

/// How often the watchdog wants to hear from this process at least; nothing if there is none.
std::optional<std::chrono::microseconds> watchdog_timeout(const settings::Environment& environment);

/// Now, for RELOADING=1: the manager tells this reload from an earlier one by it.
std::string monotonic_usec();

}  // namespace oneshot::service
