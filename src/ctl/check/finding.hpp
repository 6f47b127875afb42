// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace oneshot::ctl {

/// Something that is not as it should be, and what to do about it.
struct Finding {
  enum class Weight : std::uint8_t {
    warning,  ///< works, but not as well as it could, or not always
    error,    ///< events are lost, or do not come
  };
  std::string where;  ///< "prometheus.yml", "prom-a", "the server"
  unsigned line = 0;  ///< 0: none
  Weight weight = Weight::error;
  std::string text;
};
using Findings = std::vector<Finding>;

/// A line for each: `prometheus.yml:12: error: …`
[[nodiscard]] std::string in_lines(std::span<const Finding> findings);
/// [{"where":"…","line":12,"weight":"error","text":"…"}]; no line where there is none.
[[nodiscard]] std::string in_json(std::span<const Finding> findings);

/// Prints them, as JSON if asked. exit_failed with an error among them, else exit_ok.
int report(std::span<const Finding> findings, bool json);

}  // namespace oneshot::ctl
