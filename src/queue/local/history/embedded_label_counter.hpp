// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/keyed_hash.hpp"
#include "queue/history.hpp"
#include "queue/local/ledger/ledger.hpp"

namespace oneshot::queue {

/// Walks once from the oldest event to where the log ended when it began. At most 4,096 different values are told apart
/// at a time, since clients choose them: for new ones the rarest so far go among the others. So a value that many
/// events have is never missed, whenever they came; that of few may be counted from a later event on.
class EmbeddedLabelCounter final : public LabelCounter {
 public:
  EmbeddedLabelCounter(std::shared_ptr<Ledger> ledger, LabelCountQuery query);

  Step step() override;
  [[nodiscard]] LabelCounts take() override;

 private:
  static constexpr std::size_t most_values = 4096;

  struct Count {
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
  };
  void count(const event_log::Record& record);
  void drop_rare_ones();

  std::shared_ptr<Ledger> ledger_;
  LabelCountQuery query_;
  event_log::Offset at_;
  std::uint64_t end_ = 0;
  std::unordered_map<std::string, Count, KeyedHash, std::equal_to<>> values_;  // escaped
  LabelCounts counts_;
};

}  // namespace oneshot::queue
