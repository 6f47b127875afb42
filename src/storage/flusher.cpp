// SPDX-License-Identifier: MIT
//
// Going to sleep: the thread says from where on it wants to be woken, and then looks once more whether there is
// something to flush; an appender moves the tail, and then looks whether it has to wake the thread. Both in one total
// order (seq_cst), so at least one of them sees the other.
#include "storage/flusher.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::storage {

Flusher::Flusher(Store& storage, event_log::EventLog& log, Sync sync)
    : storage_(storage), log_(log), sync_(sync), flushed_end_(log.tail()), thread_([this] { run(); }) {}

Flusher::~Flusher() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void Flusher::changed() noexcept {
  changes_.fetch_add(1, std::memory_order_seq_cst);
  if (wake_at_.load(std::memory_order_seq_cst) == 0) wake();
}

void Flusher::wake() noexcept {
  if (wake_at_.exchange(never, std::memory_order_seq_cst) == never) return;  // another thread does
  {
    const Lock lock(mutex_);
    woken_ = true;
  }
  work_.notify_one();
}

void Flusher::when_durable(std::uint64_t begin, std::uint64_t end, Callback told) {
  {
    const Lock lock(mutex_);
    waiting_.push_back({begin, end, std::move(told)});
  }
  work_.notify_one();
}

bool Flusher::dirty() const noexcept {
  if (sync_ == Sync::none || storage_.failed()) return false;
  return log_.tail_in_order() > flushed_end_ || changes_.load(std::memory_order_seq_cst) != flushed_changes_;
}

void Flusher::run() {
  Lock lock(mutex_);
  for (;;) {
    const bool last = stopping_;
    lock.unlock();
    raise_reserved_end();
    lock.lock();
    const bool in_time = std::chrono::steady_clock::now() >= due_;
    if (!waiting_.empty() || (dirty() && (in_time || last))) {
      flush(lock);
    } else if (last) {
      return;
    } else {
      rest(lock);
    }
  }
}

/// The reserved end cannot rise when the log is full; then appenders see to it.
void Flusher::raise_reserved_end() {
  const std::uint64_t most = log_.head() + log_.capacity();
  const std::uint64_t tail = log_.tail();
  if (tail >= storage_.raise_at(log_.reserved_end())) storage_.raise_reserved_end(tail, tail, most, log_);
}

void Flusher::rest(Lock& lock) {
  const std::uint64_t raise_at = storage_.raise_at(log_.reserved_end());
  const bool was_dirty = dirty();
  const bool sleeps = !was_dirty && sync_ != Sync::none && !storage_.failed();
  // A reserved end that cannot be raised now is no reason to be woken.
  wake_at_.store(sleeps ? 0 : log_.tail() < raise_at ? raise_at : never, std::memory_order_seq_cst);
  const auto called = [this] { return woken_ || stopping_ || !waiting_.empty(); };
  const bool no_room = log_.tail() >= raise_at;  // it will rise without a word to us
  if (was_dirty) {
    work_.wait_until(lock, due_, called);
  } else if (!dirty()) {
    if (no_room) work_.wait_for(lock, interval, called);
    if (!no_room) work_.wait(lock, called);
    due_ = std::chrono::steady_clock::now() + interval;
  } else {
    due_ = std::chrono::steady_clock::now() + interval;
  }
  woken_ = false;
  wake_at_.store(never, std::memory_order_seq_cst);
}

void Flusher::flush(Lock& lock) {
  std::vector<Waiting> waiting = std::exchange(waiting_, {});
  lock.unlock();
  const std::uint64_t changes = changes_.load(std::memory_order_seq_cst);
  const std::uint64_t end = std::max(log_.whole_end(), flushed_end_);
  const auto began = std::chrono::steady_clock::now();
  const bool flushed = storage_.flush();
  const auto ended = std::chrono::steady_clock::now();
  flushes_.fetch_add(1, std::memory_order_relaxed);
  flush_ns_.fetch_add(std::chrono::nanoseconds(ended - began).count(), std::memory_order_relaxed);
  due_ = ended + interval;
  if (flushed) {
    flushed_changes_ = changes;
    flushed_end_ = end;
    if (sync_ == Sync::always) log_.mark_durable(end);
  }
  std::vector<Waiting> later;
  for (Waiting& one : waiting) {
    const bool durable = one.begin < flushed_end_;  // and so all of its claim: what is whole ends between two claims
    if (!durable && flushed) {                      // a thread that stands still before it holds it back
      later.push_back(std::move(one));
      continue;
    }
    if (!durable) log_.make_padding(one.begin, one.end);
    one.told(durable);
  }
  lock.lock();
  waiting_.insert(waiting_.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
}

}  // namespace oneshot::storage
