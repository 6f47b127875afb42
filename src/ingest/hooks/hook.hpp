// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "http/request.hpp"
#include "ingest/hooks/condition.hpp"
#include "ingest/hooks/mapped_event.hpp"
#include "ingest/hooks/options.hpp"
#include "ingest/hooks/payload.hpp"
#include "ingest/hooks/signature.hpp"
#include "ingest/hooks/template.hpp"

namespace oneshot::ingest {

/// What is wrong with a section [webhooks.NAME].
struct HookError {
  std::string_view key;  ///< "secret_file"; of static storage
  std::string what;      ///< "must be ..."
};

/// A hook, ready to turn requests into events. Immutable: any thread.
class Hook {
 public:
  static constexpr std::size_t max_label_value_bytes = 1024;  ///< a longer value is cut
  static constexpr std::size_t max_labels_from = 32;          ///< that `labels_from` may bring to one event

  [[nodiscard]] static Result<Hook, HookError> make(HookOptions options);

  [[nodiscard]] const HookOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Signature& signature() const noexcept { return signature_; }
  /// Whether the sender knows the secret. `body` as it was sent.
  [[nodiscard]] Signature::Verdict check(std::span<const http::Header> headers, std::string_view body) const {
    return signature_.check(headers, body, options_.secret);
  }

  /// The metric of every event, if the hook names one without looking at the payload; empty: not known before.
  [[nodiscard]] std::string_view fixed_metric() const noexcept {
    return metric_.is_fixed() ? std::string_view(options_.metric) : std::string_view();
  }

  /// The values of which each is an event: those of the list that `each` names, or the body.
  [[nodiscard]] Result<std::vector<json::Value>> elements(const json::Value& body) const;
  /// The first line of `when` that this does not meet; null: it is an event.
  [[nodiscard]] const Condition* unmet(const Payload& payload) const;
  /// The event that this is. The error is one line.
  [[nodiscard]] Result<MappedEvent> map(const Payload& payload) const;

 private:
  Result<void, HookError> take_conditions();
  Result<void, HookError> take_labels();
  [[nodiscard]] Result<void> map_labels_from(MappedEvent& event, const Payload& payload) const;

  HookOptions options_;
  Signature signature_;
  std::vector<Condition> conditions_;
  Template metric_;
  Template value_;
  Template time_;
  Template id_;
  std::vector<Reference> labels_from_;
  std::vector<std::pair<std::string, Template>> labels_;
};

/// By the name of the hook.
using Hooks = std::map<std::string, std::shared_ptr<const Hook>, std::less<>>;

/// `[webhooks] has: alerts, github`.
[[nodiscard]] std::string words_for(const Hooks& hooks);
/// `there is no hook "x"; [webhooks] has: alerts, github`.
[[nodiscard]] std::string no_such_hook(const Hooks& hooks, std::string_view name);

}  // namespace oneshot::ingest
