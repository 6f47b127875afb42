// SPDX-License-Identifier: MIT
#include "base/unix_path.hpp"

#include <sys/un.h>

#include <cstring>

namespace oneshot {

// The path need not end in a zero byte, and an abstract name begins with one (unix(7)).
std::string text_of_unix(const sockaddr_storage& name, socklen_t length) {
  const auto& local = reinterpret_cast<const sockaddr_un&>(name);
  std::string path;
  if (length > offsetof(sockaddr_un, sun_path)) path.assign(local.sun_path, length - offsetof(sockaddr_un, sun_path));
  if (path.starts_with('\0')) {
    path.front() = '@';
  } else {
    path.resize(std::strlen(path.c_str()));
  }
  return "unix:" + path;
}

}  // namespace oneshot
