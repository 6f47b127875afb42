// SPDX-License-Identifier: MIT
#include "app/api/query.hpp"

#include <algorithm>
#include <cstddef>

#include "base/nearest.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

bool stands_for(std::string_view known, std::string_view name) noexcept {
  return known.ends_with('.') ? name.starts_with(known) && name != known : name == known;
}

std::string shown(std::string_view known) { return std::string(known) + (known.ends_with('.') ? "NAME" : ""); }

std::string all_of(const std::vector<std::string_view>& known) {
  if (known.empty()) return "there are none here";
  std::string words = known.size() == 1 ? "there is " : "there are ";
  for (const std::string_view& name : known) {
    if (&name != &known.front()) words += &name == &known.back() ? " and " : ", ";
    words += shown(name);
  }
  return words;
}

std::string unknown(std::string_view name, const std::vector<std::string_view>& known) {
  std::string message = "unknown parameter " + quoted(name) + " (" + all_of(known) + ')';
  const std::string_view meant = nearest(name, known);
  if (!meant.empty()) message += "; did you mean \"" + shown(meant) + "\"?";
  return message;
}

}  // namespace

Result<ApiQuery> ApiQuery::parse(std::string_view query, const std::vector<std::string_view>& known) {
  ApiQuery parsed;
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    if (one.empty()) continue;
    const std::size_t equals = std::min(one.find('='), one.size());
    std::string name;
    std::string value;
    if (!append_percent_decoded(name, one.substr(0, equals), true) ||
        !append_percent_decoded(value, one.substr(std::min(equals + 1, one.size())), true))
      return Unexpected{"parameter " + quoted(one) + " is not percent-encoded text"};
    const auto found = std::ranges::find_if(known, [&](std::string_view k) { return stands_for(k, name); });
    if (found == known.end()) return Unexpected{unknown(name, known)};
    if (!found->ends_with('.') && parsed.find(name).data() != nullptr)
      return Unexpected{"parameter " + name + " is given twice"};
    parsed.parameters_.emplace_back(std::move(name), std::move(value));
  }
  return parsed;
}

std::string_view ApiQuery::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(parameters_, name, &std::pair<std::string, std::string>::first);
  return found == parameters_.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<std::pair<std::string_view, std::string_view>> ApiQuery::all_with(std::string_view prefix) const {
  std::vector<std::pair<std::string_view, std::string_view>> all;
  for (const auto& [name, value] : parameters_)
    if (std::string_view(name).starts_with(prefix))
      all.emplace_back(std::string_view(name).substr(prefix.size()), value);
  return all;
}

}  // namespace oneshot::app
