// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "app/context.hpp"
#include "event/event.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Why the one event of a request is refused whose key came with another event before, in the words of the place that
/// the key came from. That is found again here, so that no event has to remember it.
[[nodiscard, gnu::cold]] event::Rejection key_reused(const Context& context, const http::Request& request);

/// The same where `what` is known: `id "7"`.
[[nodiscard, gnu::cold]] event::Rejection key_reused(std::string_view what);
/// The same of the header's text.
[[nodiscard, gnu::cold]] event::Rejection header_key_reused(std::string_view key);

}  // namespace oneshot::app
