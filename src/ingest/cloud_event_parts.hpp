// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"
#include "json/value.hpp"

namespace oneshot::ingest {

/// What every CloudEvent has (CloudEvents 1.0.2): the attributes of the specification, empty where they are not given,
/// and its data. Views of what it was read from.
struct CloudEventParts {
  std::string_view specversion{};
  std::string_view id{};
  std::string_view source{};
  std::string_view type{};
  std::string_view subject{};
  std::string_view time{};
  std::optional<json::Value> data{};

  /// By its name, in whatever case; null for an extension attribute.
  [[nodiscard]] std::string_view* attribute(std::string_view name) noexcept;
  /// Whether all is there that the specification requires, and a time that is given is no empty text.
  [[nodiscard]] Result<void, event::Rejection> check() const;
  /// Source, NUL, id: what tells the event from all others (section "id").
  void append_id(std::string& out) const;
};

/// Those of structured mode, checked. `what` names the value for messages: "the body".
[[nodiscard]] Result<CloudEventParts, event::Rejection> read_cloud_event(const json::Value& value,
                                                                         std::string_view what);

}  // namespace oneshot::ingest
