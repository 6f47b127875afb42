// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace oneshot::ingest {

/// A section [webhooks.NAME] as somebody wrote it: what becomes of the JSON that others POST to /hook/NAME. Each text
/// has been checked by itself (Hook::make checks how they go together). All of it is live.
struct HookOptions {
  std::string preset{};       ///< whose texts these are over; empty: none
  std::string secret_file{};  ///< empty: none
  std::string signature{};    ///< see Signature::parse()
  std::string each{};         ///< JSON pointer to a list, of which each element is an event; empty: the body is one
  std::vector<std::pair<std::string, std::vector<std::string>>> when{};  ///< all must hold, see Condition::make()
  std::string metric{};                    ///< a template, as those below; empty: events.metric
  std::string value{};                     ///< empty: not given, which is 1
  std::string time{};                      ///< empty: not given
  std::string id{};                        ///< tells a repeat from a new event; empty: every event is new
  std::vector<std::string> labels_from{};  ///< pointers to objects whose texts, numbers, true and false become labels
  std::vector<std::pair<std::string, std::string>> labels{};  ///< name and template

  /// What `secret_file` holds, read together with the settings, so that nothing prints it.
  std::string secret{};

  friend bool operator==(const HookOptions&, const HookOptions&) = default;
};

/// By the name of the hook.
using HookOptionsByName = std::map<std::string, HookOptions, std::less<>>;

}  // namespace oneshot::ingest
