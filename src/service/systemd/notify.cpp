// SPDX-License-Identifier: MIT
#include "service/systemd/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/log.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot::service {

Notifier::Notifier(const std::string& socket) {
  if (socket.empty()) return;
  const bool abstract = socket.front() == '@';
  sockaddr_un name{};
  if ((!abstract && socket.front() != '/') || socket.size() >= sizeof name.sun_path) {
    log::warn(
        "the service manager cannot be told anything: NOTIFY_SOCKET must be an absolute path, or @ and the name "
        "of an abstract socket, of at most 107 characters",
        {{"NOTIFY_SOCKET", printable(socket)}});
    return;
  }
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, socket.data(), socket.size());
  if (abstract) name.sun_path[0] = '\0';
  // An abstract name ends where the address does, a path with its zero.
  const std::size_t length = offsetof(sockaddr_un, sun_path) + socket.size() + (abstract ? 0 : 1);
  address_.assign(reinterpret_cast<const char*>(&name), length);
  socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket_) log::warn("the service manager cannot be told anything", {{"error", std::strerror(errno)}});
}

void Notifier::send(std::string_view lines, int descriptor) {
  if (!socket_) return;
  iovec part{const_cast<char*>(lines.data()), lines.size()};
  msghdr message{};
  message.msg_name = address_.data();
  message.msg_namelen = static_cast<socklen_t>(address_.size());
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof descriptor)> control{};
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  // Never waits: a manager that does not read must not hold up the thread that accepts connections.
  const bool failed = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0;
  if (failed && !failing_) {
    log::warn("the service manager cannot be told anything for now",
              {{"message", lines.substr(0, lines.find('\n'))}, {"error", std::strerror(errno)}});
  }
  failing_ = failed;
}

void Notifier::status(std::string_view text) {
  std::string line = "STATUS=";
  line += text;
  send(line);
}

std::optional<std::chrono::microseconds> watchdog_timeout(const settings::Environment& environment) {
  const auto text = environment("WATCHDOG_USEC");
  if (!text || text->empty()) return std::nullopt;
  const auto pid = environment("WATCHDOG_PID");
  // A child inherits the variables; the watchdog is its parent's.
  if (pid && !pid->empty() && *pid != std::to_string(::getpid())) return std::nullopt;
  constexpr std::uint64_t longest = 365ull * 86400 * 1'000'000;
  const auto number = parse_whole_number(*text);
  if (!number || *number == 0 || *number > longest) {
    log::warn("the watchdog is not fed: WATCHDOG_USEC must be a whole number of microseconds from 1 to a year",
              {{"WATCHDOG_USEC", printable(*text)}});
    return std::nullopt;
  }
  return std::chrono::microseconds(*number);
}

std::string monotonic_usec() {
  using std::chrono::microseconds;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC with every libstdc++
  return "MONOTONIC_USEC=" + std::to_string(std::chrono::duration_cast<microseconds>(now).count());
}

}  // namespace oneshot::service
