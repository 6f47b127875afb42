// SPDX-License-Identifier: MIT
#include "delivery/cause.hpp"

#include <algorithm>

namespace oneshot::delivery {
namespace {

std::string bytes_of(const Cause& cause) {
  return " after " + std::to_string(std::min(cause.acknowledged, cause.size)) + " of " + std::to_string(cause.size) +
         " bytes";
}

}  // namespace

std::string in_words(const Cause& cause, Outcome outcome) {
  const std::string bytes = bytes_of(cause);
  switch (cause.what) {
    case Cause::What::deadline:
      return "scrape timeout" + bytes;
    case Cause::What::superseded:
      return "superseded by a newer scrape or an operator's change" + bytes;
    case Cause::What::room:
      return "the event log needed the room of its events" + bytes;
    case Cause::What::stopped:
      return "the server ended the connection" + bytes;
    case Cause::What::broken:
      break;
  }
  if (outcome == Outcome::unconfirmed) return "reset with data unread, when all bytes had arrived";
  return (outcome == Outcome::timed_out ? "reset near the scrape timeout" : "reset") + bytes;
}

}  // namespace oneshot::delivery
