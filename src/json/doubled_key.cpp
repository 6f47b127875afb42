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
  // By size first: most names differ there, and many begin alike.
  std::ranges::sort(
      names, [](std::string_view a, std::string_view b) { return a.size() != b.size() ? a.size() < b.size() : a < b; });
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

// The parser bounds how deep it goes.
std::optional<std::string_view> doubled_key_within(const Value& value) {
  if (value.kind() == Kind::list) {
    for (const Value element : value.elements())
      if (const auto twice = doubled_key_within(element)) return twice;
    return std::nullopt;
  }
  if (value.kind() != Kind::object) return std::nullopt;
  if (const auto twice = doubled_key(value)) return twice;
  for (const Member member : value.members())
    if (const auto twice = doubled_key_within(member.value)) return twice;
  return std::nullopt;
}

}  // namespace oneshot::json
