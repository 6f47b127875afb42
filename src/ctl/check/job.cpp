// SPDX-License-Identifier: MIT
#include "ctl/check/job.hpp"

#include <algorithm>
#include <array>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "ctl/text/duration.hpp"

namespace oneshot::ctl {
namespace {

using yaml::Node;

/// All texts of `targets`, in static_configs.
std::vector<std::string_view> targets_of(const Node& job) {
  std::vector<std::string_view> all;
  const Node* const configs = job.member("static_configs");
  if (configs == nullptr) return all;
  for (const Node::Shared& config : configs->elements) {
    const Node* const targets = config->member("targets");
    if (targets == nullptr) continue;
    for (const Node::Shared& target : targets->elements) all.emplace_back(target->text);
  }
  return all;
}

bool is_this_machine(std::string_view host_port) noexcept {
  constexpr std::array<std::string_view, 3> names{"localhost:", "127.0.0.1:", "[::1]:"};
  return std::ranges::any_of(names, [&](std::string_view name) { return host_port.starts_with(name); });
}

bool is_the_server(std::string_view target, const Facts& facts) noexcept {
  if (target == facts.host_port) return true;
  const auto port = [](std::string_view text) { return text.substr(std::min(text.rfind(':'), text.size())); };
  return is_this_machine(target) && is_this_machine(facts.host_port) && port(target) == port(facts.host_port);
}

bool scrapes_the_server(const Node& job, const Facts& facts) {
  const Node* const params = job.member("params");
  if (params != nullptr && params->member("scraper") != nullptr) return true;
  return std::ranges::any_of(targets_of(job), [&](std::string_view target) { return is_the_server(target, facts); });
}

struct SizeUnit {
  std::string_view name;
  unsigned shift;
};
constexpr std::array<SizeUnit, 8> size_units{
    {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"KB", 10}, {"MB", 20}, {"GB", 30}, {"B", 0}, {"", 0}}};

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  for (const SizeUnit& unit : size_units) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_whole_number(text.substr(0, text.size() - unit.name.size()));
    if (!number || *number > (UINT64_MAX >> unit.shift)) return std::nullopt;
    return *number << unit.shift;
  }
  return std::nullopt;
}

const Node* ScrapedJob::find(std::string_view key) const noexcept { return job_->member(key); }

const Node* ScrapedJob::find_or_global(std::string_view key) const noexcept {
  if (const Node* const own = find(key)) return own;
  const Node* const global = document_->member("global");
  return global == nullptr ? nullptr : global->member(key);
}

std::string_view ScrapedJob::text(std::string_view key) const noexcept {
  const Node* const node = find(key);
  return node == nullptr ? std::string_view{} : node->text;
}

std::vector<std::string> ScrapedJob::scrapers() const {
  std::vector<std::string> names;
  const Node* const params = find("params");
  const Node* const scraper = params == nullptr ? nullptr : params->member("scraper");
  if (scraper == nullptr) return names;
  for (const Node::Shared& name : scraper->elements) names.push_back(name->text);
  if (scraper->kind == Node::Kind::text) names.push_back(scraper->text);
  return names;
}

std::optional<std::uint64_t> ScrapedJob::limit(std::string_view key) const noexcept {
  const Node* const node = find_or_global(key);
  const auto number = node == nullptr ? std::nullopt : parse_size(node->text);
  return number && *number > 0 ? number : std::nullopt;
}

std::optional<std::chrono::milliseconds> ScrapedJob::duration(std::string_view key) const noexcept {
  const Node* const node = find_or_global(key);
  return node == nullptr ? std::nullopt : parse_duration(node->text);
}

Finding ScrapedJob::at(std::string_view key, Finding::Weight weight, const std::string& text) const {
  const Node* const node = find(key);
  const unsigned line = node == nullptr ? job_->line : node->line;
  return {file_, line, weight, "job " + quoted(name()) + ": " + text};
}

Finding ScrapedJob::error(std::string_view key, const std::string& text) const {
  return at(key, Finding::Weight::error, text);
}

Finding ScrapedJob::warning(std::string_view key, const std::string& text) const {
  return at(key, Finding::Weight::warning, text);
}

std::vector<ScrapedJob> jobs_of(const std::string& file, const Node::Shared& document, const Facts& facts) {
  std::vector<ScrapedJob> jobs;
  const Node* const configs = document->member("scrape_configs");
  if (configs == nullptr) return jobs;
  for (const Node::Shared& job : configs->elements) {
    if (scrapes_the_server(*job, facts)) jobs.emplace_back(file, document, *job);
  }
  return jobs;
}

}  // namespace oneshot::ctl
