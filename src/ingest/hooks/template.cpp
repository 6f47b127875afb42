// SPDX-License-Identifier: MIT
#include "ingest/hooks/template.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace oneshot::ingest {
namespace {

constexpr std::string_view strip_prefix = "strip:";

/// Counts characters from 1, as an editor does: in UTF-8 every character has one byte that does not continue another.
std::string place(std::string_view before, std::string_view fault) {
  const auto begins_character = [](char c) { return !continues_character(c); };
  const auto characters = std::ranges::count_if(before, begins_character);
  return "character " + std::to_string(characters + 1) + ": " + std::string(fault);
}

}  // namespace

Template::Template(Reference reference) : holes_(1) {
  parts_.push_back({.text = {}, .has_hole = true, .reference = std::move(reference), .filters = {}});
}

Result<Template::Filter> Template::parse_filter(std::string_view text) {
  if (text == "lower") return Filter{.lower = true, .strip = {}};
  if (text.starts_with(strip_prefix) && text.size() > strip_prefix.size())
    return Filter{.lower = false, .strip = std::string(text.substr(strip_prefix.size()))};
  if (text == "strip" || text == strip_prefix)
    return Unexpected{"strip needs a text to take away, as in strip:refs/heads/"};
  return Unexpected{"there is no filter \"" + printable(text) + "\": allowed are strip:TEXT and lower"};
}

/// `inside` is what stands between the braces; `fault_at` becomes what of it is wrong.
Result<Template::Part> Template::parse_hole(std::string_view inside, std::string_view& fault_at) {
  const std::size_t bar = std::min(inside.find('|'), inside.size());
  fault_at = inside.substr(0, bar);
  if (fault_at.empty()) return Unexpected{"nothing is named: write {/POINTER}, {body:/POINTER} or {header:NAME}"};
  auto reference = parse_reference(fault_at);
  if (!reference) return Unexpected{std::move(reference.error())};
  Part part{.text = {}, .has_hole = true, .reference = std::move(*reference), .filters = {}};
  inside.remove_prefix(bar);
  while (!inside.empty()) {
    inside.remove_prefix(1);  // the bar
    const std::size_t end = std::min(inside.find('|'), inside.size());
    fault_at = inside.substr(0, end);
    auto filter = parse_filter(fault_at);
    if (!filter) return Unexpected{std::move(filter.error())};
    part.filters.push_back(std::move(*filter));
    inside.remove_prefix(end);
  }
  return part;
}

Result<Template> Template::parse(std::string_view text) {
  Template made;
  std::string plain;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t brace = std::min(text.find('{', at), text.size());
    plain += text.substr(at, brace - at);
    if (brace == text.size()) break;
    if (text.substr(brace).starts_with("{{")) {
      plain += '{';
      at = brace + 2;
      continue;
    }
    const std::size_t end = text.find('}', brace);
    if (end == std::string_view::npos)
      return Unexpected{place(text.substr(0, brace), "no } closes this brace; a brace itself is written {{")};
    std::string_view fault_at;
    auto part = parse_hole(text.substr(brace + 1, end - brace - 1), fault_at);
    if (!part) {
      const auto before = static_cast<std::size_t>(fault_at.data() - text.data());
      return Unexpected{place(text.substr(0, before), part.error())};
    }
    part->text = std::exchange(plain, {});
    made.parts_.push_back(std::move(*part));
    ++made.holes_;
    at = end + 1;
  }
  if (!plain.empty())
    made.parts_.push_back({.text = std::move(plain), .has_hole = false, .reference = {}, .filters = {}});
  return made;
}

void Template::filter(std::string& out, std::size_t from, const std::vector<Filter>& filters) {
  for (const Filter& filter : filters) {
    if (filter.lower) {
      std::transform(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
                     out.begin() + static_cast<std::ptrdiff_t>(from), [](char c) { return to_lower(c); });
    } else if (std::string_view(out).substr(from).starts_with(filter.strip)) {
      out.erase(from, filter.strip.size());
    }
  }
}

bool Template::append(std::string& out, const Payload& payload) const {
  bool all_filled = true;
  bool filled = true;  // the holes side by side that were met last
  for (const Part& part : parts_) {
    if (!part.text.empty() || &part == &parts_.front()) {
      all_filled = all_filled && filled;
      filled = !part.has_hole;
    }
    out += part.text;
    if (!part.has_hole) continue;
    const std::size_t from = out.size();
    payload.append(out, part.reference);
    filter(out, from, part.filters);
    filled = filled || out.size() > from;
  }
  return all_filled && filled;
}

}  // namespace oneshot::ingest
