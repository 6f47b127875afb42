// SPDX-License-Identifier: MIT
#include "app/ingest/post_event.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using queue::Stored;

// A full log makes room with the next receipt, which comes within a scrape interval or two.
constexpr unsigned retry_when_full_seconds = 10;
// A storage that failed stays so until somebody restarts the program.
constexpr unsigned retry_when_unable_seconds = 60;

/// The media type without its parameters, such as charset: what counts is UTF-8, whatever they say.
bool is_form(std::string_view content_type) noexcept {
  const std::string_view media_type = trim_blanks(content_type.substr(0, content_type.find(';')));
  return equals_ignoring_case(media_type, "application/x-www-form-urlencoded");
}

event::Rejection wrong_type(std::string_view content_type) {
  std::string message = content_type.empty() ? "a body without Content-Type"
                                             : "a body of Content-Type \"" + printable(content_type) + '"';
  message += ": only application/x-www-form-urlencoded is understood (labels may also stand in the query)";
  return event::Rejection{Reason::bad_content_type, std::move(message)};
}

/// What kind of body it says it is, where that is not a plain form.
std::optional<event::Rejection> fault_of_body(const http::Request& request) {
  bool form = false;
  for (const http::Header& header : request.headers) {
    if (equals_ignoring_case(header.name, "Content-Type")) {
      if (!is_form(header.value)) return wrong_type(header.value);
      form = true;
    } else if (equals_ignoring_case(header.name, "Content-Encoding") &&
               !equals_ignoring_case(header.value, "identity")) {
      return event::Rejection{Reason::bad_content_type, "a body with Content-Encoding \"" + printable(header.value) +
                                                            "\": only a plain one is understood"};
    }
  }
  if (!form) return wrong_type({});
  return std::nullopt;
}

http::Reply refuse(Context& context, const Address& peer, event::Rejection rejection) {
  context.counters.count_rejected(rejection.reason);
  if (log::enabled(log::Level::debug))
    log::debug(
        "event refused",
        {{"peer", peer.text()}, {"reason", event::reason_name(rejection.reason)}, {"detail", rejection.message}});
  http::Reply reply(status_of(rejection.reason), std::move(rejection.message));
  reply.body += '\n';
  if (rejection.reason == Reason::log_full) reply.retry_after_seconds = retry_when_full_seconds;
  if (rejection.reason == Reason::unable_to_store) reply.retry_after_seconds = retry_when_unable_seconds;
  return reply;
}

http::Reply unable(Context& context, const Address& peer) {
  return refuse(context, peer, {Reason::unable_to_store, "the event log cannot be written: see the server's log"});
}

/// The event waits to be flushed, with those of other requests.
class DurableReply final : public http::PendingReply {
 public:
  DurableReply(Context& context, const Address& peer) : context_(context), peer_(peer) {
    context.services.queue.when_durable(context.worker, [stored = stored_, notify = flushed_.notifier()](Stored what) {
      stored->store(what, std::memory_order_relaxed);
      notify();
    });
  }

  delivery::OneShotEvent& ready() noexcept override { return flushed_; }
  http::Reply finish() override {
    if (stored_->load(std::memory_order_relaxed) != Stored::stored) return unable(context_, peer_);
    context_.counters.count_accepted();
    return http::Reply(200);
  }

 private:
  Context& context_;
  Address peer_;
  delivery::OneShotEvent flushed_;
  std::shared_ptr<std::atomic<Stored>> stored_ = std::make_shared<std::atomic<Stored>>(Stored::flushing);
};

}  // namespace

int status_of(Reason reason) noexcept {
  switch (reason) {
    case Reason::bad_label_name:
    case Reason::bad_value:
    case Reason::bad_utf8:
    case Reason::bad_encoding:
    case Reason::duplicate_label:
      return 400;
    case Reason::too_large:
      return 413;
    case Reason::bad_content_type:
      return 415;
    case Reason::log_full:
    case Reason::unable_to_store:
      return 503;
  }
  return 500;
}

http::Answer post_event(Context& context, const http::Request& request, delivery::Waiting&) {
  if (!request.body.empty()) {
    if (std::optional<event::Rejection> fault = fault_of_body(request))
      return refuse(context, request.peer, *std::move(fault));
  }
  Result<event::Event, event::Rejection> event = context.form_parser.parse(request.query, request.body);
  if (!event) return refuse(context, request.peer, std::move(event.error()));
  bool needs_flush = false;
  switch (context.services.queue.append(context.worker, *event)) {
    case Stored::stored:
      context.counters.count_accepted();
      break;
    case Stored::flushing:
      needs_flush = true;
      break;
    case Stored::full:
      return refuse(context, request.peer, {Reason::log_full, "the event log is full: try again later"});
    case Stored::unable:
      return unable(context, request.peer);
  }
  if (log::enabled(log::Level::debug))
    log::debug("event", {{"peer", request.peer.text()}, {"labels", event->labels}, {"value", event->value}});
  if (needs_flush) return std::make_unique<DurableReply>(context, request.peer);
  return http::Answer(std::in_place_type<http::Reply>, 200);  // made where it stays
}

}  // namespace oneshot::app
