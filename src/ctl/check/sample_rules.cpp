// SPDX-License-Identifier: MIT
#include "ctl/check/sample_rules.hpp"

#include "base/text.hpp"
#include "ctl/text/duration.hpp"

namespace oneshot::ctl {
namespace {

void check_labels(const ScrapedJob& job, Findings& findings) {
  if (!job.is_true("honor_labels"))
    findings.push_back(job.warning("honor_labels",
                                   "an event's own labels job and instance become exported_job and "
                                   "exported_instance; write honor_labels: true"));
}

void check_path(const ScrapedJob& job, Findings& findings) {
  const std::string_view path = job.text("metrics_path");
  if (!path.empty() && !path.ends_with("/metrics"))
    findings.push_back(job.error("metrics_path", "events are at /metrics, not at " + quoted(path)));
}

/// storage.tsdb.out_of_order_time_window
std::optional<std::chrono::milliseconds> out_of_order_window(const yaml::Node& document) {
  const yaml::Node* node = &document;
  for (const std::string_view key : {"storage", "tsdb", "out_of_order_time_window"}) {
    node = node->member(key);
    if (node == nullptr) return std::nullopt;
  }
  return parse_duration(node->text);
}

/// docs/timestamps.md
void check_times(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  if (!facts.explicit_timestamps) return;
  if (job.text("honor_timestamps") == "false")
    findings.push_back(job.error("honor_timestamps",
                                 "the times of events are thrown away, and of several events of a "
                                 "series in one scrape one is kept; leave it out"));
  if (!job.is_true("track_timestamps_staleness"))
    findings.push_back(job.warning("track_timestamps_staleness",
                                   "an event stays visible for 5 minutes; write track_timestamps_staleness: true "
                                   "(Prometheus 2.48 and later)"));
  const auto window = out_of_order_window(job.document());
  if (!window || window->count() == 0 || *window > facts.timestamp_max_age) return;
  findings.push_back(
      job.error({}, "storage.tsdb.out_of_order_time_window is not above events.timestamp_max_age_seconds (" +
                        duration_in_words(facts.timestamp_max_age) +
                        "): Prometheus refuses a whole scrape for one event that is older; leave it at 0, or "
                        "make it longer"));
}

}  // namespace

void check_samples(const ScrapedJob& job, const Facts& facts, Findings& findings) {
  check_labels(job, findings);
  check_path(job, findings);
  check_times(job, facts, findings);
}

}  // namespace oneshot::ctl
