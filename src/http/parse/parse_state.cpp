// SPDX-License-Identifier: MIT
#include "http/parse/parse_state.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::http {
namespace {

constexpr std::size_t least_step = 64 * 1024;

}  // namespace

void ParseState::begin() {
  release();
  machine.begin();
  if (stage == Stage::failed) error = {};
  stage = Stage::idle;
  keep_alive = false;
  field_bytes = field_lines = 0;
}

void ParseState::release() {
  buffer.clear(kept_bytes);
  lease.release();
  beside_ = 0;
}

// Twice what there is at a time, so that bytes are copied once or twice; never more than are to come. Less where the
// budget has not got that. By arrival and
// not by what a head announces: else announcing would be enough to have all of the budget.
bool ParseState::borrow_room(std::size_t more, std::size_t most) {
  const std::size_t needed = buffer.size() + more;
  for (const std::size_t wanted : {2 * buffer.capacity(), needed + least_step, needed}) {
    const std::size_t capacity = std::max(needed, std::min(wanted, most));
    if (!borrow(capacity)) continue;
    buffer.grow_to(capacity);
    return true;
  }
  return fail_for_memory();
}

bool ParseState::count(std::size_t bytes_beside) {
  beside_ = bytes_beside;
  return borrow(std::max(buffer.capacity(), kept_bytes)) || fail_for_memory();
}

/// For a buffer of this capacity, which is over `kept_bytes`, and what is beside it.
bool ParseState::borrow(std::size_t capacity) noexcept {
  if (limits.budget == nullptr) return true;
  return lease.grow_to(*limits.budget, capacity - kept_bytes + beside_, MemoryBudget::Use::request);
}

bool ParseState::fail_for_memory() {
  limits.budget->note_refusal();
  return fail(
      {.status = 503, .message = "server.max_memory_mib is used up by other connections", .retry_after_seconds = 1});
}

bool ParseState::fail(ProtocolError fault) {
  stage = Stage::failed;
  keep_alive = false;
  error = std::move(fault);
  return false;
}

bool ParseState::fail(int status, std::string message) {
  return fail(ProtocolError{.status = status, .message = std::move(message)});
}

}  // namespace oneshot::http
