// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "queue/history.hpp"
#include "queue/local/ledger/ledger.hpp"

namespace oneshot::queue {

/// Reads a page of events from the end of the log backwards: stretch by stretch between known places, each of them
/// forwards, since records tell only where the next one begins. First come the places of the events that fit, then,
/// from the oldest on, the events. What the log has overwritten meanwhile is left out.
class EmbeddedHistoryReader final : public HistoryReader {
 public:
  EmbeddedHistoryReader(std::shared_ptr<Ledger> ledger, HistoryQuery query);

  Step step() override;
  [[nodiscard]] HistoryPage take() override { return std::move(page_); }

 private:
  void begin_stretch(std::uint64_t end);
  void look_for_events();
  void end_stretch();
  [[nodiscard]] bool is_too_old() const noexcept;
  [[nodiscard]] bool fits(const event_log::Record& record, std::uint64_t offset) const;
  void read_events();
  void finish();

  std::shared_ptr<Ledger> ledger_;
  HistoryQuery query_;
  std::vector<std::string> labels_;   // that an event has to have, each with its value
  std::vector<std::string> without_;  // names of labels that an event must not have
  event_log::Offset oldest_;          // where the last stretch begins

  bool looking_ = false;  // for events; else reading those that were found
  event_log::Offset stretch_begin_;
  std::uint64_t stretch_end_ = 0;
  event_log::Offset at_;
  std::deque<std::uint64_t> in_stretch_;
  std::deque<std::uint64_t> found_;  // offsets, ascending; one more than wanted if there is one
  HistoryPage page_;
};

}  // namespace oneshot::queue
