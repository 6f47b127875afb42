// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "event/event.hpp"

namespace oneshot::event_log {

/// Events on their way into the log by one claim; EventLog::prepare() makes it.
struct NewRecords {
  struct One {
    const event::Event* event;
    std::uint32_t shape;  ///< Record::shape_of()
    std::uint64_t series_hash;
    std::uint64_t offset = 0;       ///< once stored
    std::int64_t unix_ms = 0;       ///< with ascending times: taken by the last try, and still good unless 0
    std::size_t last_of_place = 0;  ///< with ascending times: the last event here whose series shares its times
  };
  std::vector<One> all;
  std::uint64_t size = 0;  ///< bytes of all records

  [[nodiscard]] std::uint64_t begin() const noexcept { return all.front().offset; }
  [[nodiscard]] std::uint64_t end() const noexcept { return all.front().offset + size; }
};

}  // namespace oneshot::event_log
