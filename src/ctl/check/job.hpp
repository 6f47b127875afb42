// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/check/facts.hpp"
#include "ctl/check/finding.hpp"
#include "yaml/document.hpp"

namespace oneshot::ctl {

/// A job of a prometheus.yml that scrapes the server; what it does not say comes from the file's `global`, as
/// Prometheus has it (config.go).
class ScrapedJob {
 public:
  ScrapedJob(std::string file, yaml::Node::Shared document, const yaml::Node& job) noexcept
      : file_(std::move(file)), document_(std::move(document)), job_(&job) {}

  [[nodiscard]] std::string name() const { return std::string(text("job_name")); }
  /// ?scraper=, each of them.
  [[nodiscard]] std::vector<std::string> scrapers() const;
  [[nodiscard]] std::string_view text(std::string_view key) const noexcept;
  [[nodiscard]] bool is_true(std::string_view key) const noexcept { return text(key) == "true"; }
  /// Null: the job does not say.
  [[nodiscard]] const yaml::Node* find(std::string_view key) const noexcept;
  /// Of the job, else of `global`. Nothing where neither says it, and for 0, which means that there is no limit.
  [[nodiscard]] std::optional<std::uint64_t> limit(std::string_view key) const noexcept;
  [[nodiscard]] std::optional<std::chrono::milliseconds> duration(std::string_view key) const noexcept;
  [[nodiscard]] const yaml::Node& document() const noexcept { return *document_; }

  /// A finding at a key of this job; at the job where it has no such key.
  [[nodiscard]] Finding at(std::string_view key, Finding::Weight weight, const std::string& text) const;
  [[nodiscard]] Finding error(std::string_view key, const std::string& text) const;
  [[nodiscard]] Finding warning(std::string_view key, const std::string& text) const;

 private:
  [[nodiscard]] const yaml::Node* find_or_global(std::string_view key) const noexcept;

  std::string file_;
  yaml::Node::Shared document_;
  const yaml::Node* job_;
};

/// The jobs of a document that scrape the server: a target of them has its host and port, or the port on a host that
/// is this machine by another name; or they name a scraper.
[[nodiscard]] std::vector<ScrapedJob> jobs_of(const std::string& file, const yaml::Node::Shared& document,
                                              const Facts& facts);

/// "12MB", "512KiB" (units of 1024, as Prometheus reads them). Nothing for any other text.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

}  // namespace oneshot::ctl
