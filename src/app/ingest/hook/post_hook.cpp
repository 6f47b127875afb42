// SPDX-License-Identifier: MIT
#include "app/ingest/hook/post_hook.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "app/access/authorize.hpp"
#include "app/ingest/hook/find_hook.hpp"
#include "app/ingest/hook/store_hook.hpp"
#include "app/ingest/reading/media_type.hpp"
#include "app/ingest/reading/metric_of_path.hpp"
#include "app/ingest/reading/plain_body.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "app/ingest/refusal.hpp"
#include "base/text.hpp"
#include "ingest/hooks/build_event.hpp"
#include "ingest/hooks/dry_run.hpp"
#include "ingest/hooks/mapping.hpp"
#include "ingest/rejections.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;
using ingest::Signature;

/// The options must live as long.
ingest::MetricNamed metrics_of(const Options& options) {
  return [&options](std::string_view name) { return metric_named(options, name); };
}

/// Whether the query asks for a dry run. Nothing else can be asked for.
Result<bool, Rejection> wants_dry_run(std::string_view query) {
  if (query.empty()) return false;
  if (equals(query, "dry_run=1")) return true;
  return Unexpected{
      Rejection{Reason::bad_parameter, "\"" + printable(query) + "\": the only parameter of a hook is dry_run=1"}};
}

Rejection unauthorized(const Signature& signature, Signature::Verdict verdict) {
  std::string message = "the signature is ";
  message += verdict == Signature::Verdict::missing ? "missing" : "wrong";
  message += " (header " + signature.header();
  // The secret alone is what most forget the word before.
  if (equals_ignoring_case(signature.header(), "Authorization")) message += ": write Authorization: Bearer TOKEN";
  return {Reason::unauthorized, message + ')'};
}

/// Says with which header to come again, as a 401 must (RFC 9110 15.5.2).
std::string challenge(const Signature& signature) {
  if (equals_ignoring_case(signature.header(), "Authorization")) return "WWW-Authenticate: Bearer\r\n";
  return "WWW-Authenticate: Webhook header=\"" + signature.header() + "\"\r\n";
}

Result<json::Value, Rejection> read_body(Context& context, const http::Request& request) {
  const PostHeaders headers = read_post_headers(request.headers);
  if (headers.contradicted.data() != nullptr) return Unexpected{contradiction(headers.contradicted)};
  const auto plain = plain_body(context, request, headers, json_body_limit);
  if (!plain) return Unexpected{plain.error()};
  const auto body = context.json_parser.parse(*plain);
  if (body) return *body;
  Rejection rejection = ingest::bad_json("the body", body.error());
  if (media_type_of(headers.content_type) == MediaType::form)
    rejection.message += "; it came as a form: let the sender use Content-Type: application/json";
  return Unexpected{std::move(rejection)};
}

Result<std::string, Rejection> try_request(Context& context, const http::Request& request, const std::string& name,
                                           const ingest::Hook& hook) {
  const auto body = read_body(context, request);
  if (!body) return Unexpected{body.error()};
  const Options& options = *context.options;
  const ingest::NamedHook named{name, hook, options.metric, metrics_of(options)};
  return ingest::dry_run(named, context.event_builder, *body, request.body, request.headers);
}

/// Neither counts nor logs anything.
http::Reply answer_dry_run(Context& context, const http::Request& request, const std::string& name,
                           const ingest::Hook& hook) {
  auto text = try_request(context, request, name, hook);
  if (text) return http::Reply(200, std::move(*text));
  return http::Reply(status_of(text.error().reason), "hook \"" + name + "\": " + text.error().message + '\n');
}

/// Puts the events into Context::batch; how many elements are none.
Result<std::size_t, Rejection> read_events(Context& context, const http::Request& request, const std::string& name,
                                           const ingest::Hook& hook) {
  const auto body = read_body(context, request);
  if (!body) return Unexpected{body.error()};
  auto mapped = ingest::map_request(hook, *body, request.headers);
  if (!mapped) return Unexpected{std::move(mapped.error())};
  if (auto good = ingest::take_ids_of_header(*mapped, request.headers); !good)
    return Unexpected{std::move(good.error())};
  const std::string scope = "hook " + name;
  std::size_t ignored = 0;
  for (const ingest::Mapped& one : *mapped) {
    if (one.unmet != nullptr) {
      ++ignored;
      continue;
    }
    const auto event =
        ingest::build_event(context.event_builder, context.event_keys, scope, one, metrics_of(*context.options));
    if (!event) return Unexpected{event.error()};
    context.batch.add(*event, one.number);
  }
  return ignored;
}

http::Answer store(Context& context, const http::Request& request, const std::string& name, const ingest::Hook& hook) {
  const auto ignored = read_events(context, request, name, hook);
  http::Answer answer =
      ignored ? store_hook(context, request, name, *ignored) : refuse_hook(context, request, name, ignored.error());
  context.batch.trim();
  return answer;
}

http::Reply refuse_unauthorized(Context& context, const http::Request& request, const std::string& name,
                                const Signature& signature, Signature::Verdict verdict) {
  http::Reply reply = refuse_hook(context, request, name, unauthorized(signature, verdict));
  reply.extra_headers = challenge(signature);
  return reply;
}

http::Answer answer(Context& context, const http::Request& request, const std::string& name, const ingest::Hook& hook) {
  auto granted = authorize_hook(context, request, hook.signature().required());
  if (!granted) return std::move(granted.error());
  const auto dry_run = wants_dry_run(request.query);
  if (!dry_run) return refuse_hook(context, request, name, dry_run.error());
  if (*dry_run) return answer_dry_run(context, request, name, hook);
  const auto verdict = hook.check(request.headers, request.body);
  if (verdict == Signature::Verdict::right) return store(context, request, name, hook);
  return refuse_unauthorized(context, request, name, hook.signature(), verdict);
}

}  // namespace

http::Answer post_hook(Context& context, const http::Request& request, delivery::Waiting&) {
  const std::string name(hook_name(request.path));
  auto found = find_hook(context, name);
  if (!found) return std::move(found.error());
  http::Answer made = answer(context, request, name, **found);
  context.json_parser.trim();
  let_go_of_body(context);
  return made;
}

}  // namespace oneshot::app
