// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "app/options.hpp"
#include "base/result.hpp"
#include "net/listen/listening_socket.hpp"
#include "net/options.hpp"
#include "service/systemd/inherited_sockets.hpp"
#include "service/systemd/notify.hpp"

namespace oneshot::service {

/// The name under which the service manager keeps our listening socket over a restart.
inline constexpr const char* stored_socket_name = "oneshot-listener";
/// The same for the sockets of [listeners.NAME], before NAME.
inline constexpr const char* stored_listener_prefix = "oneshot-listener.";

/// Where to listen, in this order:
/// 1 what a .socket unit (or whoever started the program) has opened, whatever the config says: a difference is a
///   warning that names what to edit;
/// 2 what an earlier run of this program left with the service manager, so that whoever connects during a restart
///   waits instead of being refused. It was made from the config, so if the config says otherwise now, it is closed;
/// 3 what the config says. It is then left with the service manager, if there is one that takes it.
/// `config_file` is empty where none was read.
Result<std::vector<net::ListeningSocket>> open_port(const net::Options& options, const std::string& config_file,
                                                    std::vector<InheritedSocket> inherited, Notifier& notifier);

/// The socket of [listeners.`title`]: the one in `inherited` that an earlier run left, which is taken out of there, or
/// a new one, which is left with the service manager. Errors name the section.
Result<net::ListeningSocket> open_listener(const std::string& title, const app::ListenerOptions& options,
                                           std::vector<InheritedSocket>& inherited, Notifier& notifier);
/// What is left in `inherited` of listeners that the config has no more: nobody may wait there for an answer.
void drop_stored_listeners(std::vector<InheritedSocket>& inherited, Notifier& notifier);

}  // namespace oneshot::service
