// SPDX-License-Identifier: MIT
#include "settings/warnings.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "settings/key/named_sections.hpp"
#include "settings/value.hpp"

namespace oneshot::settings {
namespace {

/// Without scrapers.names every name is that of somebody who may come.
void warn_of_confirmations(const Settings& settings, std::vector<std::string>& found) {
  const std::vector<std::string>& names = settings.queue.names;
  if (names.empty()) return;
  for (const auto& [scraper, options] : settings.confirm) {
    if (std::ranges::find(names, scraper) != names.end()) continue;
    const std::string_view meant = nearest(scraper, {names.begin(), names.end()});
    std::string text = section_title("confirm", scraper) + ": scrapers.names does not have this name";
    text +=
        meant.empty() ? ": add it there" : "; did you mean " + section_title("confirm", meant) + "? Else add it there";
    text += settings.queue.max_unnamed == 0
                ? ". With scrapers.max = 0 nobody else may scrape, so the section does nothing"
                : ". Unless a scraper comes that calls itself so, the section does nothing";
    found.push_back(std::move(text));
  }
}

}  // namespace

std::vector<std::string> warnings(const Settings& settings) {
  std::vector<std::string> found;
  warn_of_confirmations(settings, found);
  return found;
}

std::vector<std::string> warnings_about_here(const Settings& settings) {
  const std::filesystem::path path = settings.queue.storage.path;
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::error_code error;
  if (path.empty() || std::filesystem::is_directory(folder, error)) return {};
  if (std::filesystem::exists(folder, error) || (error && error != std::errc::no_such_file_or_directory)) return {};
  return {"storage.path = " + toml_text(path.string()) + ": there is no folder " + printable(folder.string(), 1024) +
          " here: make it before the start, owned by the user who runs the server"};
}

}  // namespace oneshot::settings
