// SPDX-License-Identifier: MIT
#include "cluster/nats/stream_thread.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "cluster/nats/engine_version.hpp"
#include "cluster/nats/parts.hpp"

namespace oneshot::cluster {
namespace {

constexpr std::chrono::milliseconds look_again{300};

}  // namespace

StreamThread::StreamThread(Connection& connection, Stream& stream, const Subjects& subjects, const NatsOptions& options,
                           Trouble& trouble)
    : connection_(connection),
      stream_(stream),
      subjects_(subjects),
      options_(options),
      trouble_(trouble),
      node_(connection),
      thread_([this] { run(); }) {}

void StreamThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void StreamThread::find_start(Told told) {
  {
    const std::lock_guard lock(mutex_);
    start_told_ = std::move(told);
    is_new_ = true;
  }
  changed_.notify_one();
}

void StreamThread::trim(const Trimmed& trimmed, Sequence checkpoints_below) {
  {
    const std::lock_guard lock(mutex_);
    wanted_.merge(trimmed);
    parts_below_ = std::max(parts_below_, checkpoints_below);
    is_trim_wanted_ = true;
    is_new_ = true;
  }
  changed_.notify_one();
}

void StreamThread::run() {
  while (wait()) {
    if (!connection_.connect()) {
      trouble_.note(Trouble::Met::connecting, connection_.last_failure(), false, system_clock().steady());
      continue;
    }
    trouble_.forget(Trouble::Met::connecting);
    node_.look();
    look_for_start();
    trim_now();
  }
}

/// Until there is something to do, or a while for what failed: false at the end.
bool StreamThread::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, look_again, [this] { return is_stopped_ || is_new_; });
  is_new_ = false;
  return !is_stopped_;
}

// ---- a start ----

void StreamThread::look_for_start() {
  {
    const std::lock_guard lock(mutex_);
    if (!start_told_) return;
  }
  auto found = start();
  if (!found) trouble_.note(Trouble::Met::reading, found.error().why, false, system_clock().steady());
  if (!found && !found.error().is_final) return complaint_.make(found.error().why);
  complaint_.forget();
  Told told;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopped_) return;
    told = std::exchange(start_told_, nullptr);
  }
  told(found ? Result<LogStart>(std::move(*found)) : Result<LogStart>(Unexpected{std::move(found.error().why)}));
}

Stream::Answer<LogStart> StreamThread::start() {
  if (auto checked = check_versions(); !checked) return Unexpected{checked.error()};
  if (auto there = stream_.find_or_make(); !there) return Unexpected{there.error()};
  LogStart start;
  if (auto read = read_checkpoints(start); !read) return Unexpected{read.error()};
  // Not the stream's own last one: that may be a part of a checkpoint that never became whole, or say what was trimmed,
  // and nobody would ever read as far.
  for (const Subject subject : {Subject::events, Subject::commands}) {
    const auto newest = stream_.newest(subjects_.of(subject));
    if (!newest && !newest.error().is_missing) return Unexpected{newest.error()};
    if (newest) start.last = std::max(start.last, newest->sequence);
  }
  return start;
}

Stream::Answer<void> StreamThread::check_versions() {
  if (are_versions_good_) return {};
  std::vector<std::string> servers = options_.servers;
  for (std::string& other : connection_.learnt_servers())
    if (std::ranges::find(servers, other) == servers.end()) servers.push_back(std::move(other));
  const auto checked = check_engine_versions(servers);
  if (!checked) return Unexpected{Stream::Failure{.why = checked.error(), .is_final = true}};
  if (*checked == 0)
    log::warn(
        "no node of the cluster's engine tells its version: see that each is new enough (`nats-server --version`)",
        {{"oldest", oldest_engine}});
  are_versions_good_ = true;
  return {};
}

Stream::Answer<void> StreamThread::read_checkpoints(LogStart& start) {
  struct Part {
    PartName name;
    Stream::Stored stored;
  };
  const auto state = stream_.state(subjects_.of(Subject::checkpoints));
  if (!state) return Unexpected{state.error()};
  std::vector<Part> found;
  for (const std::string& subject : state->subjects) {
    const auto name = subjects_.part_in(subject);
    auto stored = stream_.newest(subject);
    if (!stored && !stored.error().is_missing) return Unexpected{stored.error()};
    if (name && stored) found.push_back({.name = *name, .stored = std::move(*stored)});
  }
  std::ranges::sort(found, {}, [](const Part& part) { return part.stored.sequence; });
  Parts parts;
  for (const Part& part : found) {
    auto whole = parts.add(part.name, part.stored.sequence, part.stored.bytes);
    if (!whole) continue;
    start.last = std::max(start.last, whole->last);
    start.checkpoints.push_back(std::move(whole->bytes));
  }
  return {};
}

// ---- trimming ----

// A hint: what fails is tried again with the next one.
void StreamThread::trim_now() {
  Sequence parts_below = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(is_trim_wanted_, false)) return;
    trimmed_.merge(wanted_);
    parts_below = parts_below_;
  }
  if (const auto state = stream_.state()) trimmed_.merge(state->trimmed);
  if (const auto done = stream_.trim(trimmed_, parts_below); !done)
    log::debug("the cluster's log was not trimmed", {{"reason", done.error().why}});
}

}  // namespace oneshot::cluster
