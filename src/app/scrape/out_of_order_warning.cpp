// SPDX-License-Identifier: MIT
#include "app/scrape/out_of_order_warning.hpp"

#include "base/log.hpp"

namespace oneshot::app {

void warn_of_out_of_order(std::string_view scraper, const EventText& text) {
  if (text.out_of_order() == 0) return;
  log::warn("the clock was set back: a Prometheus that has later samples of these series refuses these events",
            {{"scraper", scraper}, {"events", text.out_of_order()}, {"first", text.first_out_of_order()}});
}

}  // namespace oneshot::app
