// SPDX-License-Identifier: MIT
#include "access/password_thread.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "access/credentials.hpp"
#include "base/log.hpp"
#include "crypto/bcrypt.hpp"
#include "crypto/random.hpp"

namespace oneshot::access {
namespace {

/// Without memory nothing is known about the password, so it opens nothing.
bool matches(const PasswordQuestion& question) noexcept {
  try {
    return crypto::bcrypt_matches(question.password, question.hash);
  } catch (const std::exception& fault) {
    log::error("a password could not be checked", {{"error", fault.what()}});
    return false;
  }
}

}  // namespace

struct PasswordThread::State {
  struct Pending {
    PasswordQuestion question;
    std::vector<std::shared_ptr<Check>> askers;
  };
  using Pendings = std::list<Pending>;  // stay where they are while they are checked

  std::mutex mutex;
  std::condition_variable changed;
  Pendings pending;  // in the order of their coming, the one that is being checked too
  std::uint64_t last_peer = 0;
  bool busy = false;
  bool stops = false;
  std::thread thread;

  /// The oldest of another peer than the last one's, else the oldest.
  [[nodiscard]] Pendings::iterator next() {
    const auto other = std::ranges::find_if(pending, [this](const Pending& p) { return p.question.peer != last_peer; });
    return other != pending.end() ? other : pending.begin();
  }
};

PasswordThread::PasswordThread() : secret_(crypto::random_digest()), state_(std::make_shared<State>()) {}

PasswordThread::~PasswordThread() {
  std::unique_lock lock(state_->mutex);
  state_->stops = true;
  state_->changed.notify_all();
  if (!state_->thread.joinable()) return;
  std::thread thread = std::move(state_->thread);
  const bool busy = state_->busy;
  lock.unlock();
  if (busy)
    thread.detach();
  else
    thread.join();
}

std::shared_ptr<PasswordThread::Check> PasswordThread::ask(PasswordQuestion question) {
  auto check = std::make_shared<Check>();
  const std::lock_guard lock(state_->mutex);
  State::Pendings& pending = state_->pending;
  for (State::Pending& one : pending) {
    if (one.question.key != question.key || one.question.hash != question.hash) continue;
    one.askers.push_back(check);
    wipe(question.password);
    return check;
  }
  const auto of_peer =
      std::ranges::count_if(pending, [&](const State::Pending& one) { return one.question.peer == question.peer; });
  if (pending.size() >= places || of_peer >= static_cast<std::ptrdiff_t>(places_of_peer)) {
    wipe(question.password);
    return nullptr;
  }
  State::Pending& added = pending.emplace_back();
  added.question = question;  // a copy, so that the one here can be wiped: a move leaves a short text where it was
  added.askers.push_back(check);
  wipe(question.password);
  if (!state_->thread.joinable()) state_->thread = std::thread(run, state_);
  state_->changed.notify_one();
  return check;
}

std::size_t PasswordThread::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->pending.size();
}

void PasswordThread::run(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->changed.wait(lock, [&] { return state->stops || !state->pending.empty(); });
    if (state->stops) return;
    const auto one = state->next();
    state->last_peer = one->question.peer;
    state->busy = true;
    lock.unlock();
    const bool right = matches(one->question);
    lock.lock();
    state->busy = false;
    wipe(one->question.password);
    const std::vector<std::shared_ptr<Check>> askers = std::move(one->askers);
    state->pending.erase(one);
    lock.unlock();
    for (const auto& asker : askers) {
      asker->right_.store(right, std::memory_order_relaxed);  // the event's lock orders it
      asker->ready_.notifier()();
    }
    lock.lock();
  }
}

}  // namespace oneshot::access
