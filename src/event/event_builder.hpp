// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "event/event.hpp"
#include "event/options.hpp"
#include "event/parameter.hpp"

namespace oneshot::event {

/// Makes one event of its parts, in whatever encoding these arrived: a parser decodes, the builder checks, sorts and
/// renders. Each event that the builder lets through renders to a line that Prometheus parses. That matters because one
/// line that Prometheus refuses costs the scraper all other events of that scrape.
///
/// The rules:
/// - A label's name matches [a-zA-Z_][a-zA-Z0-9_]* and does not begin with `__`, which Prometheus keeps for itself. No
///   other name is refused: `job` and `instance` arrive as `exported_job` and `exported_instance`, and `le` and
///   `quantile` mean something in histograms and summaries only, while events are gauges.
/// - Blanks in a label's name become `_`. With LabelNames::replace every other character that a name may not hold does
///   so too, a run of `_` in front becomes one, and a digit in front gets a `_` before it: `app.kubernetes.io/name` is
///   `app_kubernetes_io_name`. Two names that become one are refused.
/// - A label's value is any UTF-8, NUL included. A label with an empty value is no label, as in Prometheus' data model.
/// - An event has a label, or a metric of its own: else it says nothing.
/// - The event's value is any double; as text a decimal floating-point number, NaN or Inf, with optional sign.
/// - The sender's time is a time as parse_time() reads it.
/// - A metric's name matches [a-zA-Z_:][a-zA-Z0-9_:]*. Whether the name belongs to another metric already, only the
///   caller can know.
/// - A label that the server stamps is the server's: the client leaves it out, or writes the same value. An event that
///   has no other one says nothing.
/// - Nothing is given twice: no label, be it once with an empty value, and neither value, metric, time nor key.
///
/// A call for each part between begin() and finish(), in any order. After the first refusal the event is lost, and the
/// next call is begin(). One builder serves one thread. The builder keeps its buffers, which grow to the largest event
/// so far, and so allocates nothing in the steady state.
class EventBuilder {
 public:
  using Taken = Result<void, Rejection>;
  /// Names and values that are good, and sorted by nothing.
  using Stamps = std::span<const std::pair<std::string, std::string>>;

  /// Options::max_event_bytes bounds the names and texts of one event, all taken together; `value` counts as a name.
  explicit EventBuilder(const Options& options) { use(options); }
  /// The default options but for this bound.
  explicit EventBuilder(std::size_t max_event_bytes)
      : EventBuilder(Options{.max_event_bytes = static_cast<unsigned>(max_event_bytes)}) {}
  /// For the events from the next begin() on. Options::sender_time counts as it stands: whoever knows that events go
  /// out with timestamps says `keep`.
  void use(const Options& options);
  /// Labels of all events from now on, since `client` sends them; no labels: no longer. No limit counts for them. Both
  /// live until then.
  void stamp(std::string_view client, Stamps labels) noexcept {
    client_ = client;
    stamps_ = labels;
  }

  /// With Options::label_names.
  void begin() noexcept { begin(label_names_); }
  void begin(LabelNames names) noexcept;
  /// What a parameter of this name is: a label, unless it is one of a few.
  [[nodiscard]] Parameter meaning_of(std::string_view name) const noexcept {
    const Parameter meaning = oneshot::event::meaning_of(name);
    return meaning > Parameter::value && (plain_labels_ >> static_cast<unsigned>(meaning) & 1U) != 0 ? Parameter::label
                                                                                                     : meaning;
  }
  /// A part by what its name means, as a parameter of a request has it. Both texts must live until finish().
  Taken parameter(std::string_view name, std::string_view text);
  /// Whatever its name means elsewhere. Both texts must live until finish().
  Taken label(std::string_view name, std::string_view value);
  /// The same for a name made of letters, digits and `_`, at least one, and a value that is ASCII and needs no escape.
  Taken plain_label(std::string_view name, std::string_view value);
  Taken value(std::string_view number);
  Taken value(double number);
  Taken metric(std::string_view name);
  /// The sender's time, as text or in milliseconds since 1970 UTC.
  Taken time(std::string_view text);
  Taken time(std::int64_t unix_ms);
  Taken key(IdempotencyKey key);
  /// The views of the event stay valid until the next begin().
  Result<Event, Rejection> finish() { return stamps_.empty() ? finish_as_it_is() : finish_stamped(); }

 private:
  struct Label {
    std::string_view name;
    std::string_view value;
    bool plain;  // the value needs no escape
  };
  struct Renamed {
    std::string_view name;
    std::string_view sent;  // as the client wrote it
  };

  /// Whether no limit stands in the way of the label.
  [[nodiscard]] bool fits(std::string_view name, std::string_view value) const noexcept {
    return value.size() <= max_value_ && name.size() <= max_name_ &&
           size_ + name.size() + value.size() <= max_event_bytes_;
  }
  void add_plain(std::string_view name, std::string_view value);
  [[nodiscard]] bool has_room_for(std::size_t bytes) noexcept { return (size_ += bytes) <= max_event_bytes_; }
  [[gnu::cold]] Taken refuse_meaning(Parameter meaning) const;
  [[gnu::noinline]] Taken unusual_label(std::string_view name, std::string_view value, bool plain);
  [[gnu::cold]] Taken mend_name(std::string_view& name);
  [[gnu::cold]] Taken shorten(std::string_view name, std::string_view& value);
  std::string& room_for_made();
  Result<Event, Rejection> finish_as_it_is();
  [[gnu::cold]] Result<Event, Rejection> finish_stamped();
  Taken add_stamps();
  [[nodiscard]] const Label* sort_labels();
  [[gnu::cold]] Rejection refuse_twice(const Label& first) const;
  [[nodiscard]] std::string_view sent_name(const Label& label) const noexcept;
  [[nodiscard, gnu::cold]] std::size_t count_labels() const noexcept;
  std::string_view render();

  std::size_t max_event_bytes_ = 0;
  // SIZE_MAX for no limit.
  std::size_t max_labels_ = 0;
  std::size_t max_name_ = 0;
  std::size_t max_value_ = 0;
  LabelNames label_names_ = LabelNames::strict;
  LongValues long_values_ = LongValues::reject;
  SenderTime sender_time_ = SenderTime::keep;
  unsigned plain_labels_ = 0;  // a bit for each Parameter

  LabelNames names_ = LabelNames::strict;  // of this event
  std::size_t size_ = 0;                   // of all names and texts so far
  std::vector<Label> labels_;
  std::optional<double> value_;
  std::string metric_;
  std::optional<std::int64_t> sent_unix_ms_;
  std::optional<IdempotencyKey> key_;
  std::string made_;  // names and values that are not as they came in; does not move while an event is made
  std::vector<Renamed> renamed_;
  std::string escaped_;
  std::string rendered_;
  Stamps stamps_;
  std::string_view client_;  // whose
};

}  // namespace oneshot::event
