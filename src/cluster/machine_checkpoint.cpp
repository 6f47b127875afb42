// SPDX-License-Identifier: MIT
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "cluster/archive.hpp"
#include "cluster/check.hpp"
#include "cluster/machine.hpp"

namespace oneshot::cluster {

template <>
inline constexpr queue::From last_of<queue::From> = queue::From::beyond;

namespace {

constexpr std::uint32_t checkpoint_format = 2;

void state_of(Saver& saver, queue::ScraperTable& table) {
  saver(static_cast<std::uint32_t>(table.all().size()));
  for (auto& [name, scraper] : table.all()) saver(name, scraper);
}

void state_of(Loader& loader, queue::ScraperTable& table) {
  std::uint32_t count = 0;
  loader(count);
  for (; count > 0 && loader.ok(); --count) {
    std::string name;
    loader(name);
    loader(table.all().try_emplace(name, false, event_log::Offset{}, SteadyTime{}).first->second);
  }
}

void state_of(Saver& saver, queue::Shares& shares) { saver(shares.counted(0)); }

void state_of(Loader& loader, queue::Shares& shares) {
  queue::Shares::Counted counted;
  loader(counted);
  shares.restore(0, counted);
}

}  // namespace

template <class Archive>
void Machine::own_state(Archive& archive) {
  archive(applied_, hash_, salt_, agreement_, time_, time_of_groups_, windows_, retired_, replicas_, out_, repeats_,
          passed_, end_, marks_, thinned_, posted_, posted_bytes_, left_out_);
}

template <class Archive>
void Machine::state_of_ledger(Archive& archive) {
  archive(ledger_->numbers, ledger_->losses, ledger_->table);
  state_of(archive, ledger_->table);
  state_of(archive, ledger_->shares);
  archive(*fair_share_);
}

Result<Machine::CheckpointHead> Machine::head_of(std::string_view checkpoint) {
  Loader loader(checkpoint);
  std::uint32_t version = 0;
  CheckpointHead head;
  loader(version, head.applied, head.hash, head.needed_from);
  if (!loader.ok() || version != checkpoint_format)
    return Unexpected{
        std::string("the log's checkpoint has a format that this version does not know: use a newer one")};
  return head;
}

std::string Machine::checkpoint() const {
  Machine& self = const_cast<Machine&>(*this);  // one function for both ways, which only reads here
  Saver saver;
  const bool begun = has_begun();
  saver(checkpoint_format, applied_, hash_, marks_.empty() ? applied_ + 1 : marks_.front().sequence, begun);
  self.own_state(saver);
  if (!begun) return with_check(saver.take());
  const std::lock_guard lock(ledger_->mutex);
  saver(filling_ ? filling_->head : ledger_->log.head());
  self.state_of_ledger(saver);
  return with_check(saver.take());
}

Result<void> Machine::restore(std::string_view checkpoint) {
  const Result<CheckpointHead> head = head_of(checkpoint);
  if (!head) return Unexpected{head.error()};
  const std::optional<std::string_view> checked = without_check(checkpoint);
  if (!checked) return Unexpected{std::string("the log's checkpoint is damaged")};
  Loader loader(*checked);
  std::uint32_t version = 0;
  CheckpointHead same;
  bool begun = false;
  loader(version, same.applied, same.hash, same.needed_from, begun);
  own_state(loader);
  if (loader.ok() && begun) {
    Filling filling{.from = marks_.empty() ? applied_ + 1 : marks_.front().sequence,
                    .posted = marks_.empty() ? posted_ : marks_.front().posted,
                    .time = marks_.empty() ? time_of_groups_ : marks_.front().before,
                    .tail = end_.bytes};
    loader(filling.head);
    const event_log::Offset begin = marks_.empty() ? end_ : marks_.front().offset;
    make_ledger({.begin = begin.bytes, .end = begin.bytes, .salt = salt_});
    state_of_ledger(loader);
    end_ = begin;  // until they are filled in
    released_ = begin.bytes;
    filling_ = filling;
  }
  if (!loader.ended()) return Unexpected{std::string("the log's checkpoint is damaged")};
  return {};
}

}  // namespace oneshot::cluster
