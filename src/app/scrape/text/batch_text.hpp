// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "app/options.hpp"
#include "app/scrape/text/families.hpp"
#include "exposition/format.hpp"
#include "queue/batch.hpp"

namespace oneshot::app {

/// The events of one batch as sample lines, made straight from the log in two passes: first the exact length,
/// for Content-Length, then the text in pieces. Both passes come in short steps (see Step), so that one long scrape
/// does not hold up the other connections of its worker. The batch must live until the last call; destruction
/// does not touch it. The format lives for ever.
class EventText {
 public:
  static constexpr std::size_t piece_bytes = 64 * 1024;  ///< one write's worth

  virtual ~EventText() = default;
  EventText(const EventText&) = delete;
  EventText& operator=(const EventText&) = delete;

  /// The next step of the first pass; false when there is no more to do, and size() is known.
  virtual bool measure_next() = 0;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// After the first pass. The lines of the first family are the caller's to write; those of all others are in the
  /// text.
  [[nodiscard]] const Families& families() const noexcept { return families_; }
  /// After the first pass: events that Prometheus refuses if it got what their series had before the clock was set
  /// back (see queue::BatchEvent::out_of_order), and the first one, as metric{labels}. Only with timestamps.
  [[nodiscard]] std::uint64_t out_of_order() const noexcept { return out_of_order_; }
  [[nodiscard]] const std::string& first_out_of_order() const noexcept { return first_out_of_order_; }
  /// The second pass: appends lines until `out` holds a piece or more; false when that was the last line.
  virtual bool append_next(std::string& out) = 0;

 protected:
  explicit EventText(const Options& options) : families_(options) {}
  /// At the end of the first pass.
  void measure_later_heads(const exposition::Format& format) {
    std::string heads;
    families_.append_later_heads(heads, format);
    size_ += heads.size();
  }
  void note_out_of_order(const queue::BatchSample& event, const std::string& metric) {
    if (out_of_order_++ == 0) first_out_of_order_.append(metric).append("{").append(event.labels).append("}");
  }

  Families families_;
  std::uint64_t size_ = 0;
  std::uint64_t out_of_order_ = 0;
  std::string first_out_of_order_;
};

/// Without timestamps: equal series are merged, since Prometheus keeps one sample per series and scrape.
/// Series go out family by family, in order of first appearance.
std::unique_ptr<EventText> merged_event_text(const queue::Batch& events, const Options& options,
                                             const exposition::Format& format);

/// With timestamps: every event is a sample of its own, in order of arrival, as long as all are of the default metric;
/// else as grouped_event_text() has them. One older than timestamp_max_age (which Prometheus might refuse) goes out
/// with the time `now` minus that age; times still ascend within each series.
std::unique_ptr<EventText> timed_event_text(const queue::Batch& events, const Options& options,
                                            const exposition::Format& format, std::int64_t now_unix_ms);

/// The same with all samples of a series together, family by family and in order of the first appearance of series, for
/// formats that want it so. Takes 16 bytes of memory an event, and looks for each of them anew.
std::unique_ptr<EventText> grouped_event_text(const queue::Batch& events, const Options& options,
                                              const exposition::Format& format, std::int64_t now_unix_ms);

}  // namespace oneshot::app
