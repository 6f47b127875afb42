// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>

#include "app/services.hpp"
#include "event/form_parser.hpp"
#include "settings/settings.hpp"

namespace oneshot::app {

/// What the endpoints of one worker work with. Touched on that worker's thread only.
struct Context {
  Context(Services& s, std::shared_ptr<const settings::Settings> snapshot, unsigned number)
      : services(s),
        settings(std::move(snapshot)),
        worker(number),
        counters(s.counters[number]),
        reader(settings->events.max_event_bytes) {}

  Services& services;
  std::shared_ptr<const settings::Settings> settings;  ///< whoever waits keeps a copy: a reload puts another one here
  unsigned worker;
  Counters& counters;
  event::EventReader reader;
};

}  // namespace oneshot::app
