// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace oneshot::ingest {

/// The parts of an event as a hook's templates made them, before an EventBuilder has checked them. Empty: not given.
struct MappedEvent {
  std::string metric{};
  std::string value{};
  std::string time{};
  std::string id{};
  /// The id is one that the sender's format has, and not one that the hook made.
  bool id_is_senders = false;
  /// Names as they came in, for a builder that replaces what a name may not hold; values cut.
  std::vector<std::pair<std::string, std::string>> labels{};
};

}  // namespace oneshot::ingest
