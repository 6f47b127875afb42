// SPDX-License-Identifier: MIT
#include "service/systemd/watchdog.hpp"

#include <algorithm>
#include <asio/post.hpp>
#include <string>

#include "base/log.hpp"
#include "net/asio_compat.hpp"

namespace oneshot::service {

// Half the timeout: a round that begins just before a worker gets stuck for a moment still ends in time.
Watchdog::Watchdog(asio::io_context& main, net::Server& server, std::size_t workers, Notifier& notifier,
                   std::chrono::microseconds timeout)
    : main_(main),
      server_(server),
      workers_(workers),
      notifier_(notifier),
      interval_(std::max(timeout / 2, std::chrono::microseconds(1000))),
      timer_(main) {}

asio::awaitable<void> Watchdog::run() {
  while (!stopped_) {  // the timer may have gone off right before it was cancelled
    if (asked_) {
      complain();
    } else {
      ask();
    }
    timer_.expires_after(interval_);
    const auto [error] = co_await timer_.async_wait(net::nothrow);
    if (error) co_return;
  }
}

void Watchdog::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Watchdog::ask() {
  asked_ = std::make_shared<Answers>(workers_);
  for (std::size_t worker = 0; worker < workers_; ++worker) {
    server_.post_to_worker(worker, [this, answers = asked_, worker] {
      (*answers)[worker].store(true, std::memory_order_relaxed);
      asio::post(main_, [this, answers] { heard(answers); });
    });
  }
}

// Feeds with the last answer, not with the next tick: a late answer is still in time.
void Watchdog::heard(const std::shared_ptr<Answers>& answers) {
  if (answers != asked_) return;
  if (!std::ranges::all_of(*answers, [](const auto& one) { return one.load(std::memory_order_relaxed); })) return;
  asked_.reset();
  complained_ = false;
  notifier_.send("WATCHDOG=1");
}

void Watchdog::complain() {
  if (complained_) return;
  complained_ = true;
  for (std::size_t worker = 0; worker < workers_; ++worker) {
    if ((*asked_)[worker].load(std::memory_order_relaxed)) continue;
    log::error("a worker thread does not answer: the watchdog is not fed",
               {{"worker", worker}, {"seconds", std::chrono::duration<double>(interval_).count()}});
  }
}

}  // namespace oneshot::service
