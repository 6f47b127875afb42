// SPDX-License-Identifier: MIT
#include "service/try_webhook.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>
#include <vector>

#include "app/ingest/metric_of_path.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "event/event_builder.hpp"
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

}  // namespace

Result<std::string> try_webhook(const settings::Settings& settings, const settings::TryWebhook& wanted) {
  const auto found = settings.app.hooks.find(wanted.hook);
  if (found == settings.app.hooks.end())
    return Unexpected{"--try-webhook: " + ingest::no_such_hook(settings.app.hooks, wanted.hook)};
  auto payload = read_payload(wanted.payload_file);
  if (!payload) return payload;
  json::Parser parser(max_payload_bytes);
  const auto body = parser.parse(*payload);
  if (!body) return Unexpected{printable(wanted.payload_file) + ": is not valid JSON: " + body.error()};
  event::EventBuilder builder(settings.app.event);
  const ingest::NamedHook hook{wanted.hook, *found->second, settings.app.metric,
                               [&](std::string_view metric) { return app::metric_named(settings.app, metric); }};
  auto text = ingest::dry_run(hook, builder, *body, *payload, views_of(wanted.headers));
  if (!text) return Unexpected{"hook \"" + wanted.hook + "\": " + text.error().message};
  return std::move(*text);
}

}  // namespace oneshot::service
