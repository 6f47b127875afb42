// SPDX-License-Identifier: MIT
#include "app/own_metrics/picked_labels.hpp"

#include <algorithm>
#include <cstddef>

namespace oneshot::app {
namespace {

/// Where the value that begins at `begin` ends: at its quote, which no backslash takes back.
std::size_t end_of_value(std::string_view labels, std::size_t begin) noexcept {
  for (std::size_t at = begin;;) {
    at = std::min(labels.find('"', at), labels.size());
    std::size_t backslashes = 0;
    while (at - backslashes > begin && labels[at - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0 || at == labels.size()) return at;
    ++at;
  }
}

}  // namespace

void append_picked_labels(std::string& out, std::string_view labels, std::span<const std::string> wanted) {
  const std::size_t begin = out.size();
  while (!labels.empty() && !wanted.empty()) {
    const std::size_t equals = labels.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view name = labels.substr(0, equals);
    while (!wanted.empty() && wanted.front() < name) wanted = wanted.subspan(1);
    const std::size_t end = std::min(end_of_value(labels, equals + 2) + 1, labels.size());  // behind name="value"
    if (!wanted.empty() && wanted.front() == name) {
      if (out.size() > begin) out += ',';
      out += labels.substr(0, end);
    }
    labels.remove_prefix(std::min(end + 1, labels.size()));  // and its comma
  }
}

}  // namespace oneshot::app
