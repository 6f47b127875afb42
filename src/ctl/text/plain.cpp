// SPDX-License-Identifier: MIT
#include "ctl/text/plain.hpp"

#include "base/text.hpp"

namespace oneshot::ctl {

std::string plain(std::string_view text, std::size_t max_bytes) {
  const std::string escaped = printable(text, max_bytes);
  std::string shown;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    if (escaped[at] == '\\' && at + 1 < escaped.size()) {
      if (escaped[at + 1] != '"') shown += '\\';
      ++at;
    }
    shown += escaped[at];
  }
  return shown;
}

}  // namespace oneshot::ctl
