// SPDX-License-Identifier: MIT
#include "service/systemd/port.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "base/host_port.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/unix_path.hpp"
#include "net/listen/unix_socket.hpp"

namespace oneshot::service {
namespace {

using net::ListeningSocket;

std::string about_store(const char* command, const std::string& name) {
  std::string lines(command);
  lines += "=1\nFDNAME=";
  lines += name;
  return lines;
}

std::string in_config(const std::string& host, std::uint16_t port) { return host + ", port " + std::to_string(port); }

Result<ListeningSocket> adopt(InheritedSocket inherited) {
  const int number = inherited.fd.get();
  auto adopted = net::adopt_listening_socket(std::move(inherited.fd));
  if (adopted) return adopted;
  return Unexpected{"file descriptor " + std::to_string(number) + " (\"" + printable(inherited.name) +
                    "\"), given by LISTEN_FDS: " + adopted.error()};
}

// The file that makes the unit say what the config says, or the other way round.
void warn_of_difference(const net::Options& options, const std::string& config_file, const ListeningSocket& given,
                        const std::string& name) {
  const std::string unit = name.ends_with(".socket") ? name : "NAME.socket";
  const std::string drop_in = "/etc/systemd/system/" + unit + ".d/override.conf";
  log::warn("the given socket is used, not server.host and server.port: change the one or the other",
            {{"given", given.address},
             {"socket", name},
             {"config", in_config(options.host, options.port)},
             {"edit", drop_in + " (ListenStream=)"},
             {"or", config_file.empty() ? "--host and --port" : config_file + " ([server] host, port)"}});
}

Result<std::vector<ListeningSocket>> use_given(const net::Options& options, const std::string& config_file,
                                               std::vector<InheritedSocket> given) {
  std::vector<ListeningSocket> sockets;
  std::string names;
  bool as_configured = false;
  for (InheritedSocket& one : given) {
    names = one.name;
    auto adopted = adopt(std::move(one));
    if (!adopted) return Unexpected{adopted.error()};
    const auto same = net::is_bound_to(*adopted, options.host, options.port);
    as_configured = as_configured || (same && *same);
    sockets.push_back(std::move(*adopted));
  }
  if (!as_configured) warn_of_difference(options, config_file, sockets.front(), names);
  return sockets;
}

/// What the config says of one address.
struct Place {
  std::string text;
  std::function<Result<bool>(const ListeningSocket&)> fits;
  std::function<Result<ListeningSocket>()> open;
};

Place place_of(const HostPort& where) {
  return {in_config(where.host, where.port),
          [where](const ListeningSocket& socket) { return net::is_bound_to(socket, where.host, where.port); },
          [where] { return net::open_listening_socket(where.host, where.port); }};
}

Place place_of(const app::ListenerOptions& options) {
  const auto path = unix_path(options.address);
  if (!path) return place_of(HostPort::parse(options.address).value());
  net::UnixPlace place;
  place.path = *path;
  if (!options.mode.empty()) place.mode = static_cast<mode_t>(std::stoul(options.mode, nullptr, 8));
  place.group = options.group;
  return {options.address,
          [path = place.path](const ListeningSocket& socket) -> Result<bool> {
            return net::is_bound_to_path(socket, path);
          },
          [place] { return net::open_unix_socket(place); }};
}

// Nothing if there is none, or none that still fits.
std::optional<ListeningSocket> use_stored(const Place& place, const std::string& name,
                                          std::vector<InheritedSocket> stored, Notifier& notifier) {
  std::optional<ListeningSocket> kept;
  for (InheritedSocket& one : stored) {
    auto adopted = adopt(std::move(one));
    if (!adopted) {
      log::warn("the socket left by an earlier run cannot be used", {{"reason", adopted.error()}});
      continue;
    }
    const auto same = place.fits(*adopted);
    // A host that cannot be looked up now is no reason to refuse those who wait at the socket already.
    if (!same) log::warn("the socket left by an earlier run is used unchecked", {{"reason", same.error()}});
    if (!kept && (!same || *same)) {
      kept = std::move(*adopted);
      continue;
    }
    log::info("the socket left by an earlier run is closed: it is not what the config says now",
              {{"was", adopted->address}, {"config", place.text}});
    // Not only closed: the service manager has it too, and the port must be free at once.
    ::shutdown(adopted->fd.get(), SHUT_RDWR);
  }
  if (!kept && !stored.empty()) notifier.send(about_store("FDSTOREREMOVE", name));
  return kept;
}

/// Those of this name, taken out of `inherited`.
std::vector<InheritedSocket> take_stored(std::vector<InheritedSocket>& inherited, const std::string& name) {
  const auto is_other = [&name](const InheritedSocket& one) { return one.name != name; };
  const auto first = std::stable_partition(inherited.begin(), inherited.end(), is_other);
  std::vector<InheritedSocket> taken(std::make_move_iterator(first), std::make_move_iterator(inherited.end()));
  inherited.erase(first, inherited.end());
  return taken;
}

Result<ListeningSocket> use_stored_or_open(const Place& place, const std::string& name,
                                           std::vector<InheritedSocket> stored, Notifier& notifier) {
  if (auto kept = use_stored(place, name, std::move(stored), notifier)) return *std::move(kept);
  auto opened = place.open();
  if (opened) notifier.send(about_store("FDSTORE", name), opened->fd.get());
  return opened;
}

}  // namespace

Result<std::vector<ListeningSocket>> open_port(const net::Options& options, const std::string& config_file,
                                               std::vector<InheritedSocket> inherited, Notifier& notifier) {
  std::vector<InheritedSocket> stored = take_stored(inherited, stored_socket_name);
  if (!inherited.empty()) {
    if (!stored.empty()) notifier.send(about_store("FDSTOREREMOVE", stored_socket_name));
    return use_given(options, config_file, std::move(inherited));
  }
  const Place place = place_of(HostPort{options.host, options.port});
  auto opened = use_stored_or_open(place, stored_socket_name, std::move(stored), notifier);
  if (!opened) return Unexpected{opened.error()};
  std::vector<ListeningSocket> sockets;
  sockets.push_back(std::move(*opened));
  return sockets;
}

Result<ListeningSocket> open_listener(const std::string& title, const app::ListenerOptions& options,
                                      std::vector<InheritedSocket>& inherited, Notifier& notifier) {
  const std::string name = stored_listener_prefix + title;
  auto opened = use_stored_or_open(place_of(options), name, take_stored(inherited, name), notifier);
  if (!opened) return Unexpected{"[listeners." + title + "]: " + opened.error()};
  return opened;
}

void drop_stored_listeners(std::vector<InheritedSocket>& inherited, Notifier& notifier) {
  const auto is_stored = [](const InheritedSocket& one) { return one.name.starts_with(stored_listener_prefix); };
  for (const InheritedSocket& one : inherited) {
    if (!is_stored(one)) continue;
    ::shutdown(one.fd.get(), SHUT_RDWR);  // the service manager has it too
    notifier.send(about_store("FDSTOREREMOVE", one.name));
  }
  std::erase_if(inherited, is_stored);
}

}  // namespace oneshot::service
