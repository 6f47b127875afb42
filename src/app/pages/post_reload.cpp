// SPDX-License-Identifier: MIT
#include "app/pages/post_reload.hpp"

#include <memory>
#include <string>

#include "app/pages/reloading.hpp"
#include "base/log.hpp"

namespace oneshot::app {
namespace {

constexpr int ok = 200;
constexpr int failed = 500;

class ReloadReply final : public http::PendingReply {
 public:
  explicit ReloadReply(const Reload& reload) { reload(reloading_); }

  delivery::OneShotEvent& ready() noexcept override { return reloading_->done(); }
  http::Reply finish() override {
    const Result<std::string>& outcome = reloading_->outcome();
    return outcome ? http::Reply(ok, *outcome) : http::Reply(failed, "reload failed: " + outcome.error() + '\n');
  }

 private:
  std::shared_ptr<Reloading> reloading_ = std::make_shared<Reloading>();
};

}  // namespace

http::Answer post_reload(Context& context, const http::Request& request, delivery::Waiting&) {
  const bool is_client = context.client != nullptr && !context.client->anonymous;
  log::info(
      "a request asks for a reload",
      {{"peer", request.peer.text()}, {"client", is_client ? std::string_view(context.client->name) : "anonymous"}});
  return std::make_unique<ReloadReply>(context.services.reload);
}

}  // namespace oneshot::app
