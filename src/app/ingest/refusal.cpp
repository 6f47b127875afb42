// SPDX-License-Identifier: MIT
#include "app/ingest/refusal.hpp"

#include <utility>

#include "app/refusals/refusal_log.hpp"
#include "app/scrape/scraper_identity.hpp"

namespace oneshot::app {
namespace {

using event::Reason;

/// 0: to try again does not help.
unsigned retry_after_seconds(Reason reason) noexcept {
  switch (reason) {
    case Reason::log_full:
    case Reason::over_share:
      return 10;  // a full log makes room with the next receipt, which comes within a scrape interval or two
    case Reason::unable_to_store:
      return 60;  // a storage that failed stays so until somebody restarts the program
    case Reason::key_in_flight:
      return 1;
    case Reason::unavailable:
    case Reason::unknown_outcome:
      return 5;  // a cluster's engine chooses a new leader within some seconds
    default:
      return 0;
  }
}

http::Reply count_and_say(Context& context, event::Rejection rejection) {
  context.counters.count_rejected(rejection.reason);
  http::Reply reply(status_of(rejection.reason), std::move(rejection.message));
  reply.body += '\n';
  reply.retry_after_seconds =
      rejection.retry_after_seconds > 0 ? rejection.retry_after_seconds : retry_after_seconds(rejection.reason);
  return reply;
}

// 429 and no 503, as with events.rate_limit: this client sends more of one series than there are samples, and the
// server has room for others. Less than a second is a second: Retry-After has no fractions.
event::Rejection ahead_of_clock() {
  return {
      Reason::ahead_of_clock,
      "with explicit timestamps a series has 1,000 events a second, and this one is a second ahead of the clock: try "
      "again in 1 s, with at most 1,000 of a series in a request, or tell the events apart by a label",
      1};
}

}  // namespace

int status_of(Reason reason) noexcept {
  switch (reason) {
    case Reason::bad_label_name:
    case Reason::bad_value:
    case Reason::bad_utf8:
    case Reason::bad_encoding:
    case Reason::duplicate_label:
    case Reason::bad_parameter:
    case Reason::no_labels:
    case Reason::bad_body:
    case Reason::bad_time:
    case Reason::over_limit:
    case Reason::bad_key:
      return 400;
    case Reason::unauthorized:
      return 401;
    case Reason::forbidden:
      return 403;
    case Reason::unknown_metric:
      return 404;
    case Reason::key_in_flight:
      return 409;
    case Reason::too_large:
      return 413;
    case Reason::bad_content_type:
      return 415;
    case Reason::key_reused:
      return 422;
    case Reason::rate_limited:
    case Reason::too_many_series:
    case Reason::ahead_of_clock:
      return 429;
    case Reason::log_full:
    case Reason::over_share:
    case Reason::unable_to_store:
    case Reason::unavailable:
      return 503;
    case Reason::unknown_outcome:
      return 504;
  }
  return 500;
}

http::Reply refuse(Context& context, const http::Request& request, event::Rejection rejection) {
  log_refused_event(
      context, {request.peer, find_origin(request, *context.options).address, status_of(rejection.reason)}, rejection);
  return count_and_say(context, std::move(rejection));
}

http::Reply refuse(Context& context, const Address& peer, event::Rejection rejection) {
  log_refused_event(context, {peer, peer, status_of(rejection.reason)}, rejection);
  return count_and_say(context, std::move(rejection));
}

event::Rejection why_not(queue::Stored stored) {
  switch (stored) {
    case queue::Stored::full:
      return {Reason::log_full, "the event log is full: try again later"};
    case queue::Stored::over_share:
      return {Reason::over_share,
              "the event log is full, and most of it is yours: try again later, when the scrapers have it"};
    case queue::Stored::ahead_of_clock:
      return ahead_of_clock();
    case queue::Stored::key_reused:
      return {Reason::key_reused, "this idempotency key was used for another event: write a new one"};
    case queue::Stored::key_in_flight:
      return {Reason::key_in_flight, "the event with this idempotency key is being stored: ask again"};
    case queue::Stored::unavailable:
      return {Reason::unavailable,
              "not stored: the cluster's engine cannot be reached now, stores nothing, or is busy: try again; /readyz "
              "says more"};
    case queue::Stored::unknown:
      return {Reason::unknown_outcome,
              "the cluster's engine did not answer in time, so the event may be stored or not: repeat it with an "
              "Idempotency-Key, and it is stored once"};
    case queue::Stored::too_large:
      return {Reason::too_large, "in a cluster the events of one request take at most 240 KiB: send fewer at once"};
    default:
      return {Reason::unable_to_store, "the event log cannot be written: see the server's log"};
  }
}

}  // namespace oneshot::app
