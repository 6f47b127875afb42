// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "event/event_builder.hpp"
#include "event/form_parser.hpp"

namespace oneshot::event::test {

/// A form parser with the builder that it feeds.
struct Form {
  explicit Form(std::size_t max_event_bytes) : builder(max_event_bytes), parser(builder) {}

  Result<Event, Rejection> parse(std::string_view query, std::string_view form_body) {
    return parser.parse(query, form_body);
  }

  EventBuilder builder;
  FormParser parser;
};

}  // namespace oneshot::event::test
