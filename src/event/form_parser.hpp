// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "event/event.hpp"

namespace oneshot::event {

/// Makes events from the parameters of a request. Whatever it lets through renders to a line that Prometheus
/// parses, since one line that it refuses would cost the scraper all other events of that scrape.
///
/// The rules:
/// - Parameters are separated by `&`, name and value by the first `=`; an empty parameter is skipped, one
/// without `=`
///   has an empty value. `;` is an ordinary character. Names and values are percent- and plus-decoded (the
///   URL Standard, application/x-www-form-urlencoded).
/// - Blanks in a name become `_`; then it must match [a-zA-Z_][a-zA-Z0-9_]* and not begin with `__`, which
/// Prometheus
///   keeps for itself. No other name is refused: `job` and `instance` arrive as `exported_job` and
///   `exported_instance`, and `le` and `quantile` mean something in histograms and summaries only, while
///   events are gauges.
/// - A label's value is any UTF-8, NUL included. An empty one is no label, as in Prometheus' data model.
/// - `value` is the sample's value and no label: a decimal floating-point number, NaN or Inf, with optional
/// sign. A
///   `+` arrives as a blank, so a blank before the number or after its `e` is read as `+`.
/// - No name is given twice, be it once in the query and once in the body, or once with an empty value.
///
/// One reader serves one thread. It keeps its buffers, so that in the steady state nothing is allocated; they
/// grow to the size of the largest request's parameters and of the largest event.
class EventReader {
 public:
  /// `max_event_bytes` bounds the decoded names and values of one event, all taken together.
  explicit EventReader(std::size_t max_event_bytes) : max_event_bytes_(max_event_bytes) {}

  /// The event that a query and a form body make together, or why not: the first fault found. Both are as
  /// they came in, still encoded; either may be empty. The event's labels stay valid until the next call.
  Result<Event, Rejection> read(std::string_view query, std::string_view form_body);

  void set_max(std::size_t max_event_bytes) noexcept { max_event_bytes_ = max_event_bytes; }

 private:
  /// A label. Its parts are views of the request, or of decoded_ where they had to be decoded.
  struct Parameter {
    std::string_view name;
    std::string_view value;
    bool plain = true;  // the value needs no escape
  };

  // False: fault_ says what is wrong.
  bool take_all(std::string_view encoded);
  bool take_one(std::string_view encoded, bool encoding);
  bool take_value(std::string_view text);
  bool sort_labels();
  [[gnu::cold]] bool refuse(Rejection fault);
  bool decode(std::string_view& part);
  bool decode_name(std::string_view& part);
  std::string_view render();

  std::size_t max_event_bytes_;
  std::size_t size_ = 0;  // of all names and values so far, decoded
  std::size_t seen_ = 0;  // parameters so far, for messages
  std::optional<double> value_;
  std::string decoded_;
  std::vector<Parameter> labels_;
  std::string number_;
  std::string escaped_;
  std::string rendered_;
  Rejection fault_{};
};

}  // namespace oneshot::event
