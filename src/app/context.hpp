// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "access/checker.hpp"
#include "app/ingest/limits/recent_series.hpp"
#include "app/options.hpp"
#include "app/scrape/turns.hpp"
#include "app/services.hpp"
#include "event/event_builder.hpp"
#include "event/form_parser.hpp"
#include "ingest/batch.hpp"
#include "ingest/cloud_event.hpp"
#include "ingest/event_key.hpp"
#include "ingest/json_event.hpp"
#include "ingest/multipart.hpp"
#include "json/parser.hpp"

namespace oneshot::app {

/// Of the bodies of POST /events and POST /hook/NAME, as they come in and unfolded.
inline constexpr std::size_t json_body_limit = 1024 * 1024;

/// What the endpoints of one worker work with. Touched on that worker's thread only.
struct Context {
  Context(Services& s, std::shared_ptr<const Options> snapshot, unsigned number)
      : services(s),
        worker(number),
        counters(s.counters[number]),
        checker(s.passwords.secret()),
        event_builder(snapshot->event),
        form_parser(event_builder) {
    use(std::move(snapshot));
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// New options for requests from now on.
  void use(std::shared_ptr<const Options> snapshot) {
    if (options == nullptr || options->directory != snapshot->directory) checker.forget();
    options = std::move(snapshot);
    event_counters = services.event_counters.of(*options);
    event::Options of_events = options->event;
    if (services.queue.explicit_timestamps()) of_events.sender_time = event::SenderTime::keep;  // and used
    event_builder.use(of_events);
    client_numbers.clear();
    if (options->directory == nullptr) return;
    for (const access::Client& one : options->directory->clients())
      client_numbers.push_back(services.client_counters.number_of(one.name, worker));
  }

  Services& services;
  std::shared_ptr<const Options> options;  ///< a request that waits keeps a copy: a reload puts another one here
  unsigned worker;
  Counters& counters;
  std::shared_ptr<EventCounters> event_counters;  ///< those of `options`

  access::Checker checker;
  std::vector<Counters::Number*> client_numbers;  ///< of the clients of `options`: events accepted
  /// Whose request the endpoint answers, while it is called (see AsClient); null: nobody is told from others, or a
  /// webhook's secret stands for the right.
  const access::Client* client = nullptr;
  Counters::Number* client_number = nullptr;  ///< its own one

  event::EventBuilder event_builder;
  // These feed that builder.
  event::FormParser form_parser;
  ingest::JsonEvent json_event{event_builder};
  ingest::CloudEvent cloud_event{event_builder};
  ingest::Multipart multipart{event_builder};

  json::Parser json_parser{json_body_limit};
  ingest::EventKeys event_keys;
  ingest::Batch batch;   ///< the events of one request, empty between requests
  std::string unfolded;  ///< a body that came compressed

  RecentSeries recent_series;
  Turns peeks{4, 256};  ///< looks at waiting events: each takes as much as a scrape, and nobody is lost without
};

}  // namespace oneshot::app
