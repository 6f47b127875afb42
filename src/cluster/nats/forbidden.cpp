// SPDX-License-Identifier: MIT
#include "cluster/nats/forbidden.hpp"

#include <array>
#include <utility>

namespace oneshot::cluster {

std::optional<Forbidden> forbidden_in(std::string_view error) {
  constexpr std::array<std::pair<std::string_view, bool>, 2> kinds{
      {{"ermissions Violation for Publish to \"", true}, {"ermissions Violation for Subscription to \"", false}}};
  for (const auto& [words, publishes] : kinds) {
    const std::size_t begin = error.find(words);
    if (begin == std::string_view::npos) continue;
    const std::string_view subject = error.substr(begin + words.size());
    return Forbidden{.publishes = publishes, .subject = std::string(subject.substr(0, subject.find('"')))};
  }
  return std::nullopt;
}

std::string in_words(const Forbidden& forbidden) {
  return "the engine does not let the user of this replica " +
         std::string(forbidden.publishes ? "publish" : "subscribe") + " to \"" + forbidden.subject +
         "\": give that user all rights that \"Rights\" in docs/cluster.md lists";
}

}  // namespace oneshot::cluster
