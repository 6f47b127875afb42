// SPDX-License-Identifier: MIT
#include "net/listen/unix_socket.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace oneshot::net {
namespace {

Unexpected<std::string> cannot(const UnixPlace& place, std::string_view why) {
  return Unexpected{"cannot listen on unix:" + place.path + ": " + std::string(why)};
}

Unexpected<std::string> cannot(const UnixPlace& place, int error) {
  std::string why = std::strerror(error);
  if (error == ENOENT) why += " (the folder has to be there; RuntimeDirectory= of a unit makes one below /run)";
  if (error == EACCES) why += " (the program's user must be able to write into the folder)";
  return cannot(place, why);
}

sockaddr_un name_of(const std::string& path) noexcept {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  assert(path.size() < sizeof name.sun_path);
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  return name;
}

UniqueFd make_socket() { return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

template <auto Call>
int with_name(int socket, const std::string& path) noexcept {
  const sockaddr_un name = name_of(path);
  return Call(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 ? 0 : errno;
}

bool is_socket(const std::string& path) noexcept {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

/// A socket's file stays when its program ends, and then keeps others from binding there.
Result<void, std::string> remove_stale(const UnixPlace& place) {
  if (!is_socket(place.path))
    return cannot(place, "there is a file that is no socket; remove it, or choose another path");
  const UniqueFd probe = make_socket();
  if (!probe) return cannot(place, errno);
  const int error = with_name<::connect>(probe.get(), place.path);
  if (error == 0 || error == EAGAIN) return cannot(place, "another program listens there");
  if (error != ECONNREFUSED) return cannot(place, error);
  if (::unlink(place.path.c_str()) != 0 && errno != ENOENT) return cannot(place, errno);
  return {};
}

Result<void, std::string> bind_to(int socket, const UnixPlace& place) {
  int error = with_name<::bind>(socket, place.path);
  if (error == EADDRINUSE) {
    if (auto removed = remove_stale(place); !removed) return removed;
    error = with_name<::bind>(socket, place.path);
  }
  if (error != 0) return cannot(place, error);
  return {};
}

/// Nobody can connect before listen(), so the file is never open to others than these.
Result<void, std::string> let_in(const UnixPlace& place) {
  if (!place.group.empty()) {
    const group* const found = ::getgrnam(place.group.c_str());
    if (found == nullptr) return cannot(place, "there is no group \"" + place.group + '"');
    if (::lchown(place.path.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0)
      return cannot(place, "its group cannot be \"" + place.group + "\": " + std::strerror(errno) +
                               " (the program's user must belong to that group; a systemd unit needs "
                               "SupplementaryGroups= and PrivateUsers=no)");
  }
  if (::chmod(place.path.c_str(), place.mode) != 0) return cannot(place, errno);
  return {};
}

}  // namespace

Result<ListeningSocket> open_unix_socket(const UnixPlace& place) {
  ListeningSocket opened;
  opened.fd = make_socket();
  if (!opened.fd) return cannot(place, errno);
  if (auto bound = bind_to(opened.fd.get(), place); !bound) return Unexpected{bound.error()};
  if (auto open = let_in(place); !open) return Unexpected{open.error()};
  if (::listen(opened.fd.get(), SOMAXCONN) != 0) return cannot(place, errno);
  opened.address = "unix:" + place.path;
  return opened;
}

bool is_bound_to_path(const ListeningSocket& socket, const std::string& path) noexcept {
  return socket.address == "unix:" + path && is_socket(path);
}

}  // namespace oneshot::net
