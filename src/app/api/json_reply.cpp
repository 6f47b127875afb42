// SPDX-License-Identifier: MIT
#include "app/api/json_reply.hpp"

#include <asio/awaitable.hpp>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "json/writer.hpp"

namespace oneshot::app {
namespace {

constexpr std::string_view json_type = "application/json";
constexpr int first_refusal = 400;

std::string error_text(std::string_view message) {
  std::string text;
  json::Writer(text).object().member("error", trim_line_ends(message)).end_object();
  return text += '\n';
}

http::Reply refusal_in_json(http::Reply reply) {
  if (reply.status < first_refusal || reply.content_type == json_type) return reply;
  reply.body = error_text(reply.body);
  reply.content_type = json_type;
  reply.no_store = true;
  return reply;
}

asio::awaitable<http::Reply> later_in_json(asio::awaitable<http::Reply> work) {
  http::Reply reply = co_await std::move(work);
  co_return refusal_in_json(std::move(reply));
}

}  // namespace

http::Reply json_reply(std::string text) {
  http::Reply reply(200, std::move(text));
  reply.body += '\n';
  reply.content_type = json_type;
  reply.no_store = true;
  return reply;
}

http::Reply json_error(int status, std::string_view message) {
  return refusal_in_json(http::Reply(status, std::string(message)));
}

http::Answer in_json(http::Answer answer) {
  if (auto* const reply = std::get_if<http::Reply>(&answer)) return refusal_in_json(std::move(*reply));
  if (auto* const work = std::get_if<asio::awaitable<http::Reply>>(&answer)) return later_in_json(std::move(*work));
  return answer;
}

}  // namespace oneshot::app
