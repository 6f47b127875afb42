// SPDX-License-Identifier: MIT
#include "app/not_ready.hpp"

namespace oneshot::app {

std::vector<std::string_view> reasons_not_ready(const Services& services) {
  std::vector<std::string_view> reasons;
  switch (services.readiness.phase()) {
    case Readiness::Phase::starting:
      reasons.emplace_back("starting");
      break;
    case Readiness::Phase::stopping:
      reasons.emplace_back("stopping");
      break;
    case Readiness::Phase::running:
      break;
  }
  if (const std::string_view why = services.queue.why_not_ready(); !why.empty()) reasons.push_back(why);
  return reasons;
}

}  // namespace oneshot::app
