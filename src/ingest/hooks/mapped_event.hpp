// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
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
  /// Where the id comes from: ids of different kinds are never the same.
  enum class IdFrom : std::uint8_t {
    hook,                 ///< its template
    cloud_event,          ///< source and id
    cloud_event_element,  ///< source, id, and the number of the element
    header,               ///< Idempotency-Key, and the number of the element
  };
  IdFrom id_from = IdFrom::hook;
  /// Names as they came in, for a builder that replaces what a name may not hold; values cut.
  std::vector<std::pair<std::string, std::string>> labels{};
  /// So many in front are those that the hook names. The others are called as the payload has it.
  std::size_t named_labels = 0;
};

}  // namespace oneshot::ingest
