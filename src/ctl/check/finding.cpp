// SPDX-License-Identifier: MIT
#include "ctl/check/finding.hpp"

#include <algorithm>
#include <string_view>

#include "ctl/exit_status.hpp"
#include "ctl/print.hpp"
#include "ctl/text/json_text.hpp"

namespace oneshot::ctl {
namespace {

std::string_view word_for(Finding::Weight weight) noexcept {
  return weight == Finding::Weight::error ? "error" : "warning";
}

}  // namespace

std::string in_lines(std::span<const Finding> findings) {
  std::string lines;
  for (const Finding& finding : findings) {
    lines += finding.where;
    if (finding.line > 0) lines += ':' + std::to_string(finding.line);
    lines.append(": ").append(word_for(finding.weight)).append(": ").append(finding.text).push_back('\n');
  }
  return lines;
}

std::string in_json(std::span<const Finding> findings) {
  std::string json = "[";
  for (const Finding& finding : findings) {
    if (json.size() > 1) json += ',';
    json += "{\"where\":" + json_text(finding.where);
    if (finding.line > 0) json += ",\"line\":" + std::to_string(finding.line);
    json.append(",\"weight\":\"").append(word_for(finding.weight));
    json += "\",\"text\":" + json_text(finding.text) + '}';
  }
  return json + "]\n";
}

int report(std::span<const Finding> findings, bool json) {
  const int printed = print(json ? in_json(findings) : in_lines(findings));
  const bool bad = std::ranges::any_of(findings, [](const Finding& f) { return f.weight == Finding::Weight::error; });
  return bad ? exit_failed : printed;
}

}  // namespace oneshot::ctl
