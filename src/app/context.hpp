// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>

#include "app/options.hpp"
#include "app/services.hpp"
#include "event/event_builder.hpp"
#include "event/form_parser.hpp"

namespace oneshot::app {

/// What the endpoints of one worker work with. Touched on that worker's thread only.
struct Context {
  Context(Services& s, std::shared_ptr<const Options> snapshot, unsigned number)
      : services(s),
        worker(number),
        counters(s.counters[number]),
        event_builder(snapshot->event),
        form_parser(event_builder) {
    use(std::move(snapshot));
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// New options for requests from now on.
  void use(std::shared_ptr<const Options> snapshot) {
    options = std::move(snapshot);
    event::Options of_events = options->event;
    if (services.queue.explicit_timestamps()) of_events.sender_time = event::SenderTime::keep;  // and used
    event_builder.use(of_events);
  }

  Services& services;
  std::shared_ptr<const Options> options;  ///< a request that waits keeps a copy: a reload puts another one here
  unsigned worker;
  Counters& counters;
  event::EventBuilder event_builder;
  event::FormParser form_parser;  ///< feeds that builder
};

}  // namespace oneshot::app
