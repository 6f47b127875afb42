// SPDX-License-Identifier: MIT
#include "app/scrape/scrape_form.hpp"

#include "exposition/openmetrics_format.hpp"
#include "exposition/text_format.hpp"
#include "http/coding/accept.hpp"

namespace oneshot::app {
namespace {

const exposition::Format& format_for(const http::Request& request) {
  const http::AcceptList accept(request.headers, "accept");
  const bool openmetrics_alone =
      accept.takes("application/openmetrics-text") && !http::accepts_type(accept, "text/plain");
  return openmetrics_alone ? exposition::openmetrics_format() : exposition::text_format();
}

}  // namespace

ScrapeForm form_for(const http::Request& request, const Options& options) {
  const bool gzip = options.gzip == Gzip::automatic && http::accepts_gzip(request.headers);
  return {format_for(request), gzip};
}

}  // namespace oneshot::app
