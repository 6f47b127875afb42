// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oneshot::service {

/// Notices when files are written anew, renamed over each other, or reached by another symbolic link, as Kubernetes
/// does it for the keys of a secret.
class WatchedFiles {
 public:
  /// From now on these. What has changed since somebody read them nobody knows: so the first answer is yes.
  void watch(std::vector<std::string> paths);
  /// One of them is not what it was when this was last asked, or watch() called. A look at each: some microseconds.
  [[nodiscard]] bool have_changed();

 private:
  struct State {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;  // 0: there is no such file
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    friend bool operator==(const State&, const State&) = default;
  };
  static State state_of(const std::string& path);

  std::vector<std::string> paths_;
  std::vector<State> states_;
  bool is_new_ = false;
};

}  // namespace oneshot::service
