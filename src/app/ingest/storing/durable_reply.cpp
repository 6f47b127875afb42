// SPDX-License-Identifier: MIT
#include "app/ingest/storing/durable_reply.hpp"

#include <atomic>
#include <utility>

namespace oneshot::app {
namespace {

using queue::Stored;

class DurableReply final : public http::PendingReply {
 public:
  DurableReply(Context& context, std::function<http::Reply(bool)> answer) : answer_(std::move(answer)) {
    context.services.queue.when_durable(context.worker, [stored = stored_, notify = flushed_.notifier()](Stored what) {
      stored->store(what, std::memory_order_relaxed);
      notify();
    });
  }

  delivery::OneShotEvent& ready() noexcept override { return flushed_; }
  http::Reply finish() override { return answer_(stored_->load(std::memory_order_relaxed) == Stored::stored); }

 private:
  std::function<http::Reply(bool)> answer_;
  delivery::OneShotEvent flushed_;
  std::shared_ptr<std::atomic<Stored>> stored_ = std::make_shared<std::atomic<Stored>>(Stored::flushing);
};

}  // namespace

std::unique_ptr<http::PendingReply> when_durable(Context& context, std::function<http::Reply(bool)> answer) {
  return std::make_unique<DurableReply>(context, std::move(answer));
}

}  // namespace oneshot::app
