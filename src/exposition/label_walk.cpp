// SPDX-License-Identifier: MIT
#include "exposition/label_walk.hpp"

#include <algorithm>
#include <cstddef>

namespace oneshot::exposition {
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

RenderedLabel take_label(std::string_view& labels) noexcept {
  const std::string_view name = labels.substr(0, labels.find('='));
  const std::size_t begin = std::min(name.size() + 2, labels.size());  // behind ="
  const std::size_t end = end_of_value(labels, begin);
  const RenderedLabel label{name, labels.substr(begin, end - begin), labels.substr(0, end + 1)};
  labels.remove_prefix(std::min(end + 2, labels.size()));
  return label;
}

}  // namespace oneshot::exposition
