// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace oneshot::app {

/// Appends those labels of an event's label text (as in event::Event) that are `wanted`, which is sorted, as such a
/// text: `service="checkout",type="deploy"`. What the event has not is left out.
void append_picked_labels(std::string& out, std::string_view labels, std::span<const std::string> wanted);

}  // namespace oneshot::app
