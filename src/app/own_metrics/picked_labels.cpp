// SPDX-License-Identifier: MIT
#include "app/own_metrics/picked_labels.hpp"

#include <cstddef>

#include "exposition/label_walk.hpp"

namespace oneshot::app {
void append_picked_labels(std::string& out, std::string_view labels, std::span<const std::string> wanted) {
  const std::size_t begin = out.size();
  while (!labels.empty() && !wanted.empty()) {
    const exposition::RenderedLabel label = exposition::take_label(labels);
    while (!wanted.empty() && wanted.front() < label.name) wanted = wanted.subspan(1);
    if (wanted.empty() || wanted.front() != label.name) continue;
    if (out.size() > begin) out += ',';
    out += label.text;
  }
}

}  // namespace oneshot::app
