// SPDX-License-Identifier: MIT
#include "service/systemd/inherited_sockets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot::service {
namespace {

constexpr int first_descriptor = 3;             // SD_LISTEN_FDS_START
constexpr std::uint64_t most_descriptors = 64;  // nobody listens in more places

/// "a:b" split; missing ones are empty.
std::string name_of(std::string_view names, int index) {
  for (; index > 0; --index) {
    const std::size_t colon = names.find(':');
    if (colon == std::string_view::npos) return {};
    names.remove_prefix(colon + 1);
  }
  return std::string(names.substr(0, names.find(':')));
}

}  // namespace

Result<std::vector<InheritedSocket>> take_inherited_sockets(const settings::Environment& environment) {
  std::vector<InheritedSocket> sockets;
  const auto pid = environment("LISTEN_PID");
  const auto count = environment("LISTEN_FDS");
  if (!pid || !count || *pid != std::to_string(::getpid())) return sockets;
  const auto number = parse_whole_number(*count);
  if (!number || *number > most_descriptors) {
    return Unexpected{"environment variable LISTEN_FDS = \"" + printable(*count) +
                      "\": must be a whole number from 0 to " + std::to_string(most_descriptors)};
  }
  const std::string names = environment("LISTEN_FDNAMES").value_or("");
  for (int i = 0; i < static_cast<int>(*number); ++i) {
    const int fd = first_descriptor + i;
    // Programs that we might start have no use for it.
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
      return Unexpected{"environment variable LISTEN_FDS = \"" + printable(*count) + "\": file descriptor " +
                        std::to_string(fd) + ": " + std::strerror(errno)};
    }
    InheritedSocket& socket = sockets.emplace_back();
    socket.fd.reset(fd);
    socket.name = name_of(names, i);
    if (socket.name.empty()) socket.name = "unknown";
  }
  return sockets;
}

}  // namespace oneshot::service
