// SPDX-License-Identifier: MIT
#include "ingest/hooks/condition.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.hpp"

namespace oneshot::ingest {

Result<Condition> Condition::make(std::string_view subject, std::vector<std::string> allowed) {
  Condition made;
  if (subject.find('{') != std::string_view::npos) {
    auto parsed = Template::parse(subject);
    if (!parsed) return Unexpected{std::move(parsed.error())};
    made.template_ = std::move(*parsed);
  } else {
    auto reference = parse_reference(subject);
    if (!reference) return Unexpected{std::move(reference.error())};
    made.template_ = Template(std::move(*reference));
  }
  if (allowed.empty()) return Unexpected{"a list without a text would ignore every event"};
  made.subject_ = subject;
  made.allowed_ = std::move(allowed);
  return made;
}

std::string Condition::found(const Payload& payload) const {
  std::string text;
  template_.append(text, payload);
  return text;
}

bool Condition::holds(const Payload& payload) const {
  return std::ranges::find(allowed_, found(payload)) != allowed_.end();
}

std::string Condition::explain(const Payload& payload) const {
  constexpr std::size_t most_shown = 8;
  std::string text = printable(subject_) + " is \"" + printable(found(payload)) + "\"; when allows ";
  for (std::size_t i = 0; i < allowed_.size() && i <= most_shown; ++i) {
    if (i > 0) text += ", ";
    text += i == most_shown ? "\u2026" : '"' + printable(allowed_[i]) + '"';
  }
  return text;
}

}  // namespace oneshot::ingest
