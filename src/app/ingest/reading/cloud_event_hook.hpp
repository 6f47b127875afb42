// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "app/context.hpp"
#include "event/event_builder.hpp"
#include "http/request.hpp"
#include "ingest/hooks/mapping.hpp"
#include "json/value.hpp"

namespace oneshot::app {

/// The hook [webhooks.cloudevents], which maps the CloudEvents of one request into Context::batch.
class CloudEventHook {
 public:
  using Taken = event::EventBuilder::Taken;

  /// What is added to each event, and what templates may name.
  struct ForAll {
    std::span<const http::Header> headers;
    std::string_view event_time;  ///< the header; data() is null where there is none
    std::string_view query;
  };

  CloudEventHook(Context& context, const ForAll& all);

  /// Else the built-in mapping counts, and nothing may be added.
  [[nodiscard]] bool is_there() const noexcept { return hook_ != nullptr; }
  /// The events of a CloudEvent in its JSON form, all of them or none. `what` names it for messages, `number` is how
  /// the client counts it, and `seen` gets the elements of `each` beside the one that the CloudEvent itself is.
  Taken add(const json::Value& event, std::string_view what, std::size_t number, std::size_t& seen);
  /// Elements that `when` left out.
  [[nodiscard]] std::size_t ignored() const noexcept { return ignored_; }

 private:
  Taken add_mapped(const ingest::Mapped& one, std::size_t number);
  Taken feed(const ingest::Mapped& one);
  [[nodiscard, gnu::cold]] event::Rejection in_hook(event::Rejection rejection) const;

  Context& context_;
  ForAll all_;
  const ingest::Hook* hook_;
  std::size_t ignored_ = 0;
};

/// Whether there is that hook.
[[nodiscard]] bool has_cloud_event_hook(const Context& context) noexcept;

}  // namespace oneshot::app
