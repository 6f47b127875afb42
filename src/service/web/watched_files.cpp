// SPDX-License-Identifier: MIT
#include "service/web/watched_files.hpp"

#include <sys/stat.h>

#include <utility>

namespace oneshot::service {

void WatchedFiles::watch(std::vector<std::string> paths) {
  paths_ = std::move(paths);
  states_.clear();
  is_new_ = true;
  for (const std::string& path : paths_) states_.push_back(state_of(path));
}

bool WatchedFiles::have_changed() {
  bool changed = std::exchange(is_new_, false) && !paths_.empty();
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const State now = state_of(paths_[i]);
    changed |= now != states_[i];
    states_[i] = now;
  }
  return changed;
}

WatchedFiles::State WatchedFiles::state_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  constexpr std::int64_t second = 1'000'000'000;
  return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec * second + found.st_mtim.tv_nsec};
}

}  // namespace oneshot::service
