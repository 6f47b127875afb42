// SPDX-License-Identifier: MIT
#include "app/ingest/reading/media_type.hpp"

#include <array>

#include "base/text.hpp"

namespace oneshot::app {
namespace {

struct Name {
  std::string_view text;
  MediaType type;
};

// The usual ones first.
constexpr std::array names{
    Name{"application/x-www-form-urlencoded", MediaType::form},
    Name{"application/json", MediaType::json},
    Name{"application/x-ndjson", MediaType::ndjson},
    Name{"application/ndjson", MediaType::ndjson},
    Name{"application/jsonl", MediaType::ndjson},
    Name{"application/stream+json", MediaType::ndjson},
    Name{"application/cloudevents+json", MediaType::cloudevents},
    Name{"application/cloudevents-batch+json", MediaType::cloudevents_batch},
    Name{"multipart/form-data", MediaType::multipart},
};

std::string_view without_parameters(std::string_view content_type) noexcept {
  return trim_blanks(content_type.substr(0, content_type.find(';')));
}

}  // namespace

MediaType media_type_of(std::string_view content_type) noexcept {
  const std::string_view wanted = without_parameters(content_type);
  if (wanted.empty()) return MediaType::none;
  for (const Name& name : names) {
    if (equals_ignoring_case(wanted, name.text)) return name.type;
  }
  constexpr std::string_view text = "text/";
  return equals_ignoring_case(wanted.substr(0, text.size()), text) ? MediaType::text : MediaType::other;
}

bool is_json(std::string_view content_type) noexcept {
  constexpr std::string_view suffix = "+json";
  const std::string_view name = without_parameters(content_type);
  return equals_ignoring_case(name, "application/json") ||
         (name.size() > suffix.size() && equals_ignoring_case(name.substr(name.size() - suffix.size()), suffix));
}

}  // namespace oneshot::app
