// SPDX-License-Identifier: MIT
#include "service/try_webhook.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>
#include <vector>

#include "app/ingest/reading/metric_of_path.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "event/event_builder.hpp"
#include "ingest/cloud_event_form.hpp"
#include "ingest/hooks/cloud_event_mapping.hpp"
#include "ingest/hooks/dry_run.hpp"
#include "json/parser.hpp"
#include "settings/read_file.hpp"

namespace oneshot::service {
namespace {

constexpr std::size_t max_payload_bytes = 1024 * 1024;  // as POST /hook/NAME takes it

Result<std::string> read_payload(const std::string& path) {
  if (path == "-") return settings::read_to_end(STDIN_FILENO, "standard input", max_payload_bytes);
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return settings::unreadable(path, errno);
  return settings::read_to_end(file.get(), path, max_payload_bytes);
}

std::vector<http::Header> views_of(const settings::Headers& headers) {
  std::vector<http::Header> views;
  for (const auto& [name, value] : headers) views.push_back({name, value});
  return views;
}

/// The JSON form of a CloudEvent whose attributes are headers: the payload is its data.
Result<std::string, event::Rejection> form_of_binary(const std::vector<http::Header>& headers,
                                                     const std::string& payload) {
  using Data = ingest::BinaryCloudEvent::Data;
  const auto type = app::read_post_headers(headers).content_type;
  return ingest::json_form({headers, type, payload, Data::json});
}

bool is_binary(const std::string& hook, const std::vector<http::Header>& headers) {
  return hook == ingest::cloud_event_hook && app::read_post_headers(headers).ce_specversion.data() != nullptr;
}

Unexpected<std::string> refused(const std::string& hook, const event::Rejection& why) {
  return Unexpected{"hook \"" + hook + "\": " + why.message};
}

}  // namespace

Result<std::string> try_webhook(const settings::Settings& settings, const settings::TryWebhook& wanted) {
  const auto found = settings.app.hooks.find(wanted.hook);
  if (found == settings.app.hooks.end())
    return Unexpected{"--try-webhook: " + ingest::no_such_hook(settings.app.hooks, wanted.hook)};
  auto payload = read_payload(wanted.payload_file);
  if (!payload) return payload;
  json::Parser parser(max_payload_bytes);
  auto body = parser.parse(*payload);
  if (!body) return Unexpected{printable(wanted.payload_file) + ": is not valid JSON: " + body.error()};
  const std::vector<http::Header> headers = views_of(wanted.headers);
  if (is_binary(wanted.hook, headers)) {
    const auto form = form_of_binary(headers, *payload);
    if (!form) return refused(wanted.hook, form.error());
    body = parser.parse(*form);
    if (!body) return Unexpected{printable(wanted.payload_file) + ": is not valid JSON: " + body.error()};
  }
  event::EventBuilder builder(settings.app.event);
  const ingest::NamedHook hook{wanted.hook, *found->second, settings.app.metric,
                               [&](std::string_view metric) { return app::metric_named(settings.app, metric); }};
  auto text = ingest::dry_run(hook, builder, *body, *payload, headers);
  if (!text) return refused(wanted.hook, text.error());
  return std::move(*text);
}

}  // namespace oneshot::service
