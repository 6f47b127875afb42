// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "event/event.hpp"
#include "event/options.hpp"

namespace oneshot::event {

/// Makes one event of its parts, in whatever encoding these arrived: a parser decodes, the builder checks, sorts and
/// renders. Each event that the builder lets through renders to a line that Prometheus parses. That matters because one
/// line that Prometheus refuses costs the scraper all other events of that scrape.
///
/// The rules:
/// - A label's name matches [a-zA-Z_][a-zA-Z0-9_]* and does not begin with `__`, which Prometheus keeps for itself. No
///   other name is refused: `job` and `instance` arrive as `exported_job` and `exported_instance`, and `le` and
///   `quantile` mean something in histograms and summaries only, while events are gauges.
/// - With LabelNames::replace each character that a name may not hold becomes one `_`, so does a run of `_` in front,
///   and a digit in front gets a `_` before it: `app.kubernetes.io/name` is `app_kubernetes_io_name`.
/// - A label's value is any UTF-8, NUL included. A label with an empty value is no label, as in Prometheus' data model.
/// - The event's value is any double; as text a decimal floating-point number, NaN or Inf, with optional sign.
/// - A metric's name matches [a-zA-Z_:][a-zA-Z0-9_:]*. Whether the name belongs to another metric already, only the
///   caller can know.
/// - Nothing is given twice: no label, be it once with an empty value, and neither value, metric, time nor key.
///
/// A call for each part between begin() and finish(), in any order. After the first refusal the event is lost, and the
/// next call is begin(). One builder serves one thread. The builder keeps its buffers, which grow to the largest event
/// so far, and so allocates nothing in the steady state.
class EventBuilder {
 public:
  using Taken = Result<void, Rejection>;

  /// `max_event_bytes` bounds the names and texts of one event, all taken together; `value` counts as a name.
  explicit EventBuilder(std::size_t max_event_bytes) : max_event_bytes_(max_event_bytes) {}
  void set_max(std::size_t max_event_bytes) noexcept { max_event_bytes_ = max_event_bytes; }

  void begin(LabelNames names = LabelNames::strict) noexcept;
  /// Both texts must live until finish().
  Taken label(std::string_view name, std::string_view value);
  Taken value(std::string_view number);
  Taken value(double number);
  Taken metric(std::string_view name);
  /// Milliseconds since 1970 UTC, by the sender's clock.
  Taken time(std::int64_t unix_ms);
  Taken key(IdempotencyKey key);
  /// The views of the event stay valid until the next begin().
  Result<Event, Rejection> finish();

 private:
  struct Label {
    std::string_view name;
    std::string_view value;
    bool plain;  // the value needs no escape
  };

  [[nodiscard]] bool has_room_for(std::size_t bytes) noexcept { return (size_ += bytes) <= max_event_bytes_; }
  [[nodiscard]] std::string_view replaced(std::string_view name);
  [[nodiscard]] const Label* sort_labels();
  std::string_view render();

  std::size_t max_event_bytes_;
  LabelNames names_ = LabelNames::strict;
  std::deque<std::string> replaced_;  // names of this event that are not as they came in
  std::size_t size_ = 0;              // of all names and texts so far
  std::vector<Label> labels_;
  std::optional<double> value_;
  std::string metric_;
  std::optional<std::int64_t> sent_unix_ms_;
  std::optional<IdempotencyKey> key_;
  std::string escaped_;
  std::string rendered_;
};

}  // namespace oneshot::event
