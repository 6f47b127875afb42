// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"
#include "event/event_builder.hpp"
#include "http/request.hpp"
#include "ingest/hooks/build_event.hpp"
#include "ingest/hooks/hook.hpp"
#include "json/value.hpp"

namespace oneshot::ingest {

/// A hook, and what the events of its requests are checked by.
struct NamedHook {
  std::string_view name;
  const Hook& hook;
  std::string_view default_metric;  ///< of an event that names none
  MetricNamed metric_named;
};

/// What a request would become, for the person who writes the mapping: an exposition with a comment before each sample
/// that tells its id and time, a comment for each element that is ignored and why, and whether the signature is right.
/// `raw_body` is the body as it was sent, of which `body` was read. The error is that of the real request, which comes
/// after the signature has been found right. The payload of the hook that maps CloudEvents is one, in its JSON form.
[[nodiscard]] Result<std::string, event::Rejection> dry_run(const NamedHook& hook, event::EventBuilder& builder,
                                                            const json::Value& body, std::string_view raw_body,
                                                            std::span<const http::Header> headers);

}  // namespace oneshot::ingest
