// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ctl/call.hpp"

namespace oneshot::ctl {

/// How a program ended, as wait(2) tells.
class End {
 public:
  explicit End(int wait_status) noexcept : wait_status_(wait_status) {}

  /// As a shell has it in $?: the exit status, or 128 and the number of the signal.
  [[nodiscard]] int status() const noexcept;
  /// Ends this process in the same way: by the same signal, where that ended the program. Returns the exit status where
  /// there was none, and where the signal does not end this process.
  [[nodiscard]] int repeat() const noexcept;

 private:
  int wait_status_;
};

/// Another program, run in the place of this one: with its standard input, output and error, its environment and its
/// working folder. Signals that somebody sends to this process go on to the program; those of a terminal (Ctrl-C) have
/// reached it already. There can be one at a time.
class Child {
 public:
  /// To be called while the process has one thread: all threads that come later leave the signals to wait(). Errors:
  /// env(1)'s exit statuses in it, 127 for a program that is not there, 126 for one that cannot be run.
  struct Failure {
    std::string why;
    int status = 126;
  };
  static Result<Child, Failure> start(Call::Texts command);

  /// From its end on, signals are for this process again.
  [[nodiscard]] End wait();

 private:
  Child(pid_t pid, const sigset_t& before) noexcept : pid_(pid), before_(before) {}

  pid_t pid_;
  sigset_t before_;  // signals that were blocked when it began
};

}  // namespace oneshot::ctl
