// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <thread>

#include "ctl/post/sending.hpp"

namespace oneshot::ctl {

/// Posts the events of a job, in order, the first of them beside the job, so that a server that is away holds up
/// nobody. What is not stored is said on standard error.
class Teller {
 public:
  /// Begins to post `first`, which is tried for `at_most`.
  Teller(Target target, std::chrono::milliseconds at_most, TypedEvent first);
  ~Teller();
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;

  /// Posts the last event once the first one is stored or given up. Both are tried for `at_most` from now on at the
  /// longest, and each once in any case.
  void finish(const TypedEvent& last);

 private:
  void tell(const TypedEvent& event, std::chrono::milliseconds at_most);

  Http server_;
  std::chrono::milliseconds at_most_;
  std::thread first_;  // the last member: all others are there when it begins
};

}  // namespace oneshot::ctl
