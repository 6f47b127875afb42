// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/address.hpp"
#include "base/clock.hpp"

namespace oneshot::app {

/// Says when a line in the log is due about a client whose requests are refused: a client that does not show the answer
/// (wget, busybox, Ansible) leaves no other trace of the reason, and a script that runs away must not fill the log. So
/// each client has one line a minute. Shared by all workers, any thread. It remembers so many clients and no more: the
/// one without a line for longest goes, and while that one's minute lasts no newcomer has a line, so that a client with
/// a whole IPv6 network can fill neither the memory nor the log.
class RefusalWatch {
 public:
  static constexpr std::chrono::minutes interval{1};
  static constexpr std::size_t max_clients = 1024;

  /// Notes a refusal. Where a line is due: how many refusals of this client had none since its last line.
  std::optional<std::uint64_t> note(const Address& client, SteadyTime now);

 private:
  struct Known {
    SteadyTime line;
    std::uint64_t silent = 0;  // refusals since that line
  };
  bool make_room(SteadyTime now);

  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace oneshot::app
