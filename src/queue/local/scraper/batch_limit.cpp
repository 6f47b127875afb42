// SPDX-License-Identifier: MIT
#include "queue/local/scraper/batch_limit.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace oneshot::queue {
namespace {

constexpr std::chrono::minutes longest_memory{10};
constexpr unsigned least_memory = 4;  // deliveries
constexpr unsigned most_memory = 32;

}  // namespace

BatchSize BatchLimit::next(const BatchSize& allowed) const noexcept {
  return {.events = std::min(events_.most, allowed.events), .bytes = std::min(bytes_.most, allowed.bytes)};
}

void BatchLimit::settled(delivery::Outcome outcome, const BatchSize& batch, const BatchSize& allowed,
                         SteadyTime now) noexcept {
  const bool failed_before = std::exchange(failed_last_, outcome != delivery::Outcome::delivered);
  if (outcome == delivery::Outcome::delivered) {
    if (is_limited()) delivered(batch, allowed, now);
    return;
  }
  const bool is_small = batch.events <= small.events && batch.bytes <= small.bytes;
  if (is_small && !failed_before && !is_limited() && outcome != delivery::Outcome::refused) return;
  const bool by_time = outcome == delivery::Outcome::timed_out;
  if (batch.events <= (by_time ? least_after_time_out : 1)) return;
  const BatchSize least{.events = by_time ? least_after_time_out : 1,
                        .bytes = by_time ? batch.bytes / batch.events * least_after_time_out : 1};
  failed(batch, least, now);
}

void BatchLimit::delivered(const BatchSize& batch, const BatchSize& allowed, SteadyTime now) noexcept {
  delivered_since_ = true;
  if (remembered_for_ > 0) --remembered_for_;
  if (remembered_for_ == 0 || now >= remembered_until_) events_.failed = bytes_.failed = none;
  events_.grow(batch.events, allowed.events);
  bytes_.grow(batch.bytes, allowed.bytes);
  if (!is_limited()) forget();
}

void BatchLimit::failed(const BatchSize& batch, const BatchSize& least, SteadyTime now) noexcept {
  if (!is_limited()) forget();
  memory_ = delivered_since_ ? std::min(memory_ * 2, most_memory) : std::max(memory_, least_memory);
  delivered_since_ = false;
  remembered_for_ = memory_;
  remembered_until_ = now + longest_memory;
  const bool more_events = batch.events > events_.delivered;
  const bool more_bytes = batch.bytes > bytes_.delivered;
  if (more_events || !more_bytes) events_.shrink(batch.events, least.events);
  if (more_bytes || !more_events) bytes_.shrink(batch.bytes, least.bytes);
}

void BatchLimit::event_was_at_fault() noexcept {
  if (!is_limited()) return;
  forget();
  events_.most = 2;  // others may be like it: a large batch would have to be halved all the way down again
}

void BatchLimit::forget() noexcept {
  events_ = bytes_ = {};
  memory_ = remembered_for_ = 0;
  delivered_since_ = false;
}

void BatchLimit::Amount::grow(std::uint64_t amount, std::uint64_t allowed) noexcept {
  delivered = std::max(delivered, amount);
  if (delivered >= failed) failed = none;
  if (most == none) return;
  std::uint64_t wanted = most > none / 2 ? none : most * 2;
  if (failed != none) {
    const bool is_near = failed - delivered <= failed / 8;
    wanted = std::min(wanted, is_near ? delivered : delivered + (failed - delivered) / 2);
  }
  most = std::max(most, wanted);
  if (most >= allowed && failed == none) most = none;
}

void BatchLimit::Amount::shrink(std::uint64_t amount, std::uint64_t least) noexcept {
  if (delivered >= amount) delivered = 0;
  failed = amount;
  most = std::max({amount / 2, delivered, least});
}

}  // namespace oneshot::queue
