// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"

namespace oneshot::event {

/// What the header Idempotency-Key says: a quoted string (draft-ietf-httpapi-idempotency-key-header-07), or bare, as
/// GitLab sends it, of 1 to 255 visible characters. The same text with quotes or without is the same key.
[[nodiscard]] Result<std::string_view, Rejection> idempotency_key_text(std::string_view header);

}  // namespace oneshot::event
