// SPDX-License-Identifier: MIT
#include "app/not_ready.hpp"

#include <utility>

namespace oneshot::app {

std::vector<std::string> reasons_not_ready(const Services& services) {
  std::vector<std::string> reasons;
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
  if (std::string why = services.queue.why_not_ready(); !why.empty()) reasons.push_back(std::move(why));
  return reasons;
}

}  // namespace oneshot::app
