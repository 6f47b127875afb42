// SPDX-License-Identifier: MIT
#include "net/connection_context.hpp"

#include "http/response_writer.hpp"

namespace oneshot::net {

std::string_view ConnectionContext::prerendered_ok() {
  if (const std::time_t now = std::time(nullptr); now != prerendered_second_) {
    prerendered_second_ = now;
    prerendered_ok_.clear();
    http::HeadOptions options;
    options.more = options_.reply_headers;
    options.date = date_.at(std::int64_t{now} * 1000);
    http::append_head(prerendered_ok_, http::Reply(200), options);
  }
  return prerendered_ok_;
}

}  // namespace oneshot::net
