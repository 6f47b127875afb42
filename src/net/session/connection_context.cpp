// SPDX-License-Identifier: MIT
#include "net/session/connection_context.hpp"

#include "http/response_writer.hpp"

namespace oneshot::net {

ConnectionContext::PrerenderedOk ConnectionContext::prerendered_stored() {
  if (const std::time_t now = std::time(nullptr); now != prerendered_second_) {
    prerendered_second_ = now;
    prerendered_.clear();
    http::HeadOptions options;
    options.more = options_.reply_headers;
    options.date = date_.at(std::int64_t{now} * 1000);
    http::Reply reply(200);
    reply.event_id.fill('0');
    http::append_head(prerendered_, reply, options);
    prerendered_id_at_ = prerendered_.find(http::event_id_name) + http::event_id_name.size();
  }
  return {prerendered_, prerendered_id_at_};
}

}  // namespace oneshot::net
