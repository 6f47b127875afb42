// SPDX-License-Identifier: MIT
#include "app/access/as_client.hpp"

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "app/access/authorize.hpp"
#include "app/access/check_client.hpp"
#include "app/scrape/scraper_identity.hpp"

namespace oneshot::app {
namespace {

using access::Checker;

/// One request, and what is to be done about it.
struct Asked {
  Asked(const http::Request& r, const Action& a, Right needed) : request(r), action(a), right(needed) {}
  const http::Request& request;
  Action action;
  Right right;
};

http::Answer find(Context& context, const Asked& asked, delivery::Waiting& waiting);

/// As Context::client says, if it may.
http::Answer do_it(Context& context, const Asked& asked, delivery::Waiting& waiting) {
  if (auto granted = authorize(context, asked.request, asked.action.right); !granted) return std::move(granted.error());
  return asked.action.endpoint(context, asked.request, waiting);
}

/// `client` is of the options that the context has now; null: the credentials are wrong.
http::Answer answer_found(Context& context, const Asked& asked, const access::Client* client,
                          delivery::Waiting& waiting) {
  if (client == nullptr) return refuse_wrong_credentials(context, asked.request, asked.right);
  const AsClient as(context, *client);
  return do_it(context, asked, waiting);
}

http::Reply too_many_passwords() {
  http::Reply reply(503, "too many passwords are being checked\n");
  reply.retry_after_seconds = 1;
  return reply;
}

/// Waits for what is left to be done of an answer.
asio::awaitable<http::Reply> finish(http::Answer answer, delivery::Waiting& waiting) {
  if (auto* const later = std::get_if<asio::awaitable<http::Reply>>(&answer)) {
    auto work = std::move(*later);
    http::Reply reply = co_await std::move(work);
    co_return reply;
  }
  if (auto* const pending = std::get_if<std::unique_ptr<http::PendingReply>>(&answer)) {
    delivery::OneShotEvent& ready = (*pending)->ready();
    co_await waiting.wait(ready);
    co_return (*pending)->finish();
  }
  co_return std::move(std::get<http::Reply>(answer));
}

asio::awaitable<http::Reply> answer_when_checked(Context& context, Asked asked, Checker::Undecided undecided,
                                                 delivery::Waiting& waiting) {
  const std::shared_ptr<const Options> options = context.options;  // whose client it is
  const crypto::Digest key = undecided.question.key;
  const auto check = context.services.passwords.ask(std::move(undecided.question));
  if (check == nullptr) co_return too_many_passwords();
  delivery::OneShotEvent& ready = check->ready();
  co_await waiting.wait(ready);
  const access::Client* const client = check->right() ? undecided.client : nullptr;
  // With another directory the password may be another one now.
  const bool still_counts = context.options->directory == options->directory;
  if (still_counts) context.checker.remember(key, client);
  http::Answer answer = still_counts ? answer_found(context, asked, client, waiting) : find(context, asked, waiting);
  auto work = finish(std::move(answer), waiting);
  http::Reply reply = co_await std::move(work);
  co_return reply;
}

http::Answer find(Context& context, const Asked& asked, delivery::Waiting& waiting) {
  if (context.options->directory == nullptr) return do_it(context, asked, waiting);
  Checker::Found found = context.checker.find(*context.options->directory, asked.request);
  if (const auto* const client = std::get_if<const access::Client*>(&found))
    return answer_found(context, asked, *client, waiting);
  auto& undecided = std::get<Checker::Undecided>(found);
  undecided.question.peer = find_origin(asked.request, *context.options).address.site();
  return answer_when_checked(context, asked, std::move(undecided), waiting);
}

}  // namespace

AsClient::AsClient(Context& context, const access::Client& client) : context_(context) {
  context.client = &client;
  context.client_number = context.client_numbers[client.number];
  context.event_builder.stamp(client.name, client.labels);
  context.event_keys.use_client(client.anonymous ? std::string_view() : std::string_view(client.name));
}

AsClient::~AsClient() {
  context_.client = nullptr;
  context_.client_number = nullptr;
  context_.event_builder.stamp({}, {});
  context_.event_keys.use_client({});
}

http::Answer answer_as_client(Context& context, const http::Request& request, delivery::Waiting& waiting,
                              const Action& action, Right right) {
  if (auto granted = check_place(context, request, right); !granted) return std::move(granted.error());
  return find(context, Asked(request, action, right), waiting);
}

}  // namespace oneshot::app
