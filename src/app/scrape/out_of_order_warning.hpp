// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "app/scrape/text/batch_text.hpp"

namespace oneshot::app {

/// Logs that Prometheus refuses some of these events, since the clock was set back (explicit timestamps). After the
/// first pass over the text.
void warn_of_out_of_order(std::string_view scraper, const EventText& text);

}  // namespace oneshot::app
