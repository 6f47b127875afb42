// SPDX-License-Identifier: MIT
#include "ctl/server/refusal.hpp"

#include <string_view>

#include "base/text.hpp"
#include "ctl/text/plain.hpp"
#include "json/parser.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::size_t longest_text = 2000;

/// {"error":"…"}, or the first line of a plain text.
std::string words_of(const Answer& answer) {
  if (answer.header("content-type").starts_with("application/json")) {
    json::Parser parser(answer.body.size() + 1);
    const auto value = parser.parse(answer.body);
    const auto error = value ? value->member("error") : std::nullopt;
    if (error && error->text()) return plain(*error->text(), longest_text);
  }
  const std::string_view body = answer.body;
  if (body.starts_with('<')) return {};  // a proxy's page
  return plain(trim_line_ends(body.substr(0, body.find('\n'))), longest_text);
}

std::string_view hint_for(long status) noexcept {
  if (status == 401) return " (show a token with --token-file or ONESHOT_TOKEN, or --user and --password-file)";
  if (status / 100 == 3) return " (give the URL that it leads to with --url)";
  return {};
}

}  // namespace

std::string refusal_of(const Answer& answer) {
  std::string text = "status " + std::to_string(answer.status);
  std::string words = words_of(answer);
  if (const auto location = answer.header("location"); words.empty() && !location.empty()) words = plain(location);
  if (!words.empty()) text += ": " + words;
  return text.append(hint_for(answer.status));
}

}  // namespace oneshot::ctl
