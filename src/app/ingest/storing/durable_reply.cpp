// SPDX-License-Identifier: MIT
#include "app/ingest/storing/durable_reply.hpp"

#include <memory>
#include <utility>

namespace oneshot::app {
namespace {

using queue::Durable;

class DurableReply final : public http::PendingReply {
 public:
  using Answer = std::function<http::Reply(const Durable&)>;

  // Who tells may do so once this is gone.
  DurableReply(Context& context, Answer answer) : answer_(std::move(answer)) {
    context.services.queue.when_durable(context.worker,
                                        [became = became_, notify = known_.notifier()](const Durable& durable) {
                                          *became = durable;
                                          notify();
                                        });
  }

  delivery::OneShotEvent& ready() noexcept override { return known_; }
  http::Reply finish() override { return answer_(*became_); }

 private:
  Answer answer_;
  delivery::OneShotEvent known_;
  std::shared_ptr<Durable> became_ = std::make_shared<Durable>();
};

}  // namespace

std::unique_ptr<http::PendingReply> when_durable(Context& context,
                                                 std::function<http::Reply(const Durable& durable)> answer) {
  return std::make_unique<DurableReply>(context, std::move(answer));
}

}  // namespace oneshot::app
