// SPDX-License-Identifier: MIT
#include "cluster/nats/door.hpp"

#include <utility>
#include <vector>

namespace oneshot::cluster {

Door& Door::make() {
  // Never destroyed: libnats' threads still run while the process ends.
  static std::mutex& mutex = *new std::mutex;
  static auto& doors = *new std::vector<std::unique_ptr<Door>>;
  const std::lock_guard lock(mutex);
  return *doors.emplace_back(std::make_unique<Door>());
}

void Door::open(Receiver& receiver) {
  const std::lock_guard lock(mutex_);
  receiver_ = &receiver;
}

void Door::shut() {
  const std::lock_guard lock(mutex_);
  receiver_ = nullptr;
}

void Door::message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  if (message == nullptr) return;  // a subscription's timeout, which none of ours has
  const auto& opening = *static_cast<const Opening*>(closure);
  opening.door->pass([&, owned = own(message)](Receiver& to) { to.on_message(opening.kind, owned); });
}

void Door::disconnected(natsConnection*, void* door) {
  static_cast<Door*>(door)->pass([](Receiver& to) { to.on_disconnected(); });
}

void Door::reconnected(natsConnection*, void* door) {
  static_cast<Door*>(door)->pass([](Receiver& to) { to.on_reconnected(); });
}

void Door::error(natsConnection* connection, natsSubscription*, natsStatus status, void* door) {
  const char* last = nullptr;
  natsConnection_GetLastError(connection, &last);
  const std::string why = last != nullptr && *last != '\0' ? last : natsStatus_GetText(status);
  static_cast<Door*>(door)->pass([&](Receiver& to) { to.on_error(why); });
}

}  // namespace oneshot::cluster
