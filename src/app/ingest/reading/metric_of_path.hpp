// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "app/options.hpp"
#include "base/result.hpp"
#include "event/event.hpp"

namespace oneshot::app {

/// The metric of this name, as event::Event has it: empty for the default metric, which an empty name means too. The
/// view is of `options`. A metric that the config does not have: Reason::unknown_metric, with those that it has.
[[nodiscard]] Result<std::string_view, event::Rejection> metric_named(const Options& options, std::string_view name);

/// The one that a path such as /event/deploys names behind its route, here "/event", which alone is the default metric.
[[nodiscard]] Result<std::string_view, event::Rejection> metric_of_path(const Options& options, std::string_view path,
                                                                        std::string_view route);

}  // namespace oneshot::app
