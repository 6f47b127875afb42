// SPDX-License-Identifier: MIT
#include "json/doubled_key.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace oneshot::json {
namespace {

// Up to here comparing each with each is cheaper than sorting.
constexpr std::size_t few = 16;

std::optional<std::string_view> doubled_of_many(const Value& object) {
  std::vector<std::string_view> names;
  for (const Member& member : object.members()) names.push_back(member.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return std::nullopt;
  return *twice;
}

}  // namespace

std::optional<std::string_view> doubled_key(const Value& object) {
  std::array<std::string_view, few> names;
  std::size_t count = 0;
  for (const Member& member : object.members()) {
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(count);
    if (std::find(names.begin(), end, member.name) != end) return member.name;
    if (count == few) return doubled_of_many(object);
    names[count++] = member.name;
  }
  return std::nullopt;
}

}  // namespace oneshot::json
