// SPDX-License-Identifier: MIT
#include "ingest/hooks/reference.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "http/grammar.hpp"

namespace oneshot::ingest {
namespace {

constexpr std::string_view body_prefix = "body:";
constexpr std::string_view header_prefix = "header:";

Result<Reference> header(std::string_view name) {
  if (!name.empty() && http::token_bytes.has_all_of(name)) return Reference{Reference::Of::header, std::string(name)};
  return Unexpected{quoted(name) + " is not the name of a header, as in header:X-GitHub-Event"};
}

Result<Reference> pointer(Reference::Of of, std::string_view text) {
  if (auto good = check_pointer(text); !good) return Unexpected{std::move(good.error())};
  return Reference{of, std::string(text)};
}

}  // namespace

Result<void> check_pointer(std::string_view text) {
  if (!text.empty() && !text.starts_with('/'))
    return Unexpected{quoted(text) + " is not a JSON pointer: a slash stands before each step, as in /project/name"};
  for (std::size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    const std::string_view escape = text.substr(at, 2);
    if (escape != "~0" && escape != "~1")
      return Unexpected{quoted(escape) + " in a JSON pointer: ~0 stands for a tilde, ~1 for a slash in a key"};
  }
  return {};
}

Result<Reference> parse_json_reference(std::string_view text) {
  if (text.starts_with(body_prefix)) return pointer(Reference::Of::body, text.substr(body_prefix.size()));
  if (text.empty() || text.starts_with('/')) return pointer(Reference::Of::element, text);
  return Unexpected{quoted(text) + " is neither a JSON pointer such as /labels nor body:/POINTER"};
}

Result<Reference> parse_reference(std::string_view text) {
  if (text.starts_with(header_prefix)) return header(text.substr(header_prefix.size()));
  if (text.starts_with('/') || text.starts_with(body_prefix)) return parse_json_reference(text);
  return Unexpected{quoted(text) +
                    " is neither a JSON pointer such as /project/name, nor body:/POINTER, nor header:NAME"};
}

}  // namespace oneshot::ingest
