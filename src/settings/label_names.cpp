// SPDX-License-Identifier: MIT
#include "settings/label_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/text.hpp"

namespace oneshot::settings {
namespace {

constexpr std::array<std::string_view, 2> no_labels = {"value", "time"};

std::string with_name(std::string_view text, std::string_view name) {
  constexpr std::string_view place = "NAME";
  std::string out(text);
  for (std::size_t at = out.find(place); at != std::string::npos; at = out.find(place, at + name.size()))
    out.replace(at, place.size(), name);
  return out;
}

}  // namespace

Result<void, std::string> check_labels_of_section(const std::vector<std::pair<std::string, std::string>>& labels,
                                                  const std::vector<std::string>& plain_labels,
                                                  std::string_view instead) {
  for (const auto& [name, text] : labels) {
    const bool is_plain = std::ranges::find(no_labels, name) == no_labels.end() ||
                          std::ranges::find(plain_labels, name) != plain_labels.end();
    if (is_plain || text.empty()) continue;
    std::string why = "labels: " + quoted(name) + " would be a label of the event and not its ";
    why.append(name).append(": ").append(with_name(instead, name));
    return Unexpected{std::move(why)};
  }
  return {};
}

}  // namespace oneshot::settings
