// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

namespace oneshot::bench {

/// A connection without HTTP: what it takes to be told that bytes have come, to read them and to write an answer, in a
/// coroutine on a stream, as a session does. The peer is the same thread, by two system calls for each.
class Wakeup {
 public:
  Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;
  ~Wakeup();

  void run(std::uint64_t count);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace oneshot::bench
