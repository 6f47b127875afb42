// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "json/writer.hpp"
#include "queue/history.hpp"

namespace oneshot::app {

/// The members of an event, without the braces around. `usual_metric` is what the default metric is called.
void write_event_members(json::Writer& out, const queue::HistoryEvent& event, std::string_view usual_metric);

}  // namespace oneshot::app
