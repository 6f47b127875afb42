// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "event/event.hpp"
#include "event_log/record_id.hpp"
#include "event_log/timestamps.hpp"

namespace oneshot::event_log {

/// Events on their way into the log by one claim; EventLog::prepare() makes it.
struct NewRecords {
  struct One {
    const event::Event* event;
    std::uint32_t shape;  ///< Record::shape_of()
    std::uint64_t series_hash;
    RecordId id{};         ///< once stored
    std::size_t wish = 0;  ///< with ascending times: its own below
  };
  std::vector<One> all;
  /// With ascending times: what was taken by the last try. Those of events whose series have one key of SeriesTimes lie
  /// together, in the order of the events.
  std::vector<Timestamps::Wish> wishes;
  struct SharedKey {
    std::uint64_t series_hash;
    std::size_t begin, end;  ///< of its wishes
  };
  std::vector<SharedKey> keys;
  std::uint64_t size = 0;  ///< bytes of all records

  [[nodiscard]] std::uint64_t begin() const noexcept { return all.front().id.offset; }
  [[nodiscard]] std::uint64_t end() const noexcept { return all.front().id.offset + size; }
};

}  // namespace oneshot::event_log
