// SPDX-License-Identifier: MIT
//
// What is set here, and why (libnats 3.4.1):
// - A write can block for ever when the engine's node is stopped: a deadline. One thread publishes, so that no other
//   waits for it.
// - By default 8 MB are kept while there is no connection, and sent when nobody waits for them any more: none is.
// - Without send-as-soon-as-possible a publish waits for a thread that flushes every millisecond or two.
// - Pings come every two minutes by default: a node that hangs is to be left within seconds.
// - Each subscription has a thread of its own, unless two threads serve all.
#include "cluster/nats/connection.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "cluster/nats/security.hpp"

namespace oneshot::cluster {
namespace {

constexpr std::int64_t connect_ms = 1000;
constexpr std::int64_t write_deadline_ms = 1000;
constexpr std::int64_t ping_ms = 1000;
constexpr int pings_unanswered = 2;
constexpr std::int64_t reconnect_ms = 100;
constexpr std::int64_t reconnect_jitter_ms = 50;
constexpr int delivery_threads = 2;
constexpr std::size_t max_over = 8;  // subscriptions, of which a reader makes five in a second at most
constexpr std::chrono::milliseconds last_answers_within{500};

/// Each call unless one before has failed.
class Steps {
 public:
  template <class... Parameters, class... Arguments>
  Steps& operator()(natsStatus (*call)(Parameters...), Arguments&&... arguments) {
    if (status_ == NATS_OK) status_ = call(std::forward<Arguments>(arguments)...);
    return *this;
  }
  [[nodiscard]] natsStatus status() const noexcept { return status_; }

 private:
  natsStatus status_ = NATS_OK;
};

/// "10.0.0.1:4222", of an address that may have a scheme, and a user with a password.
std::string address_of(natsConnection* connection) {
  std::array<char, 256> url{};
  natsConnection_GetConnectedUrl(connection, url.data(), url.size());
  const std::string_view text = url.data();
  const std::size_t begin = text.find("://");
  const std::string_view place = begin == std::string_view::npos ? text : text.substr(begin + 3);
  return std::string(place.substr(place.rfind('@') + 1));
}

}  // namespace

// The connection first: that ends the thread which reads.
Link::~Link() {
  jsCtx_Destroy(stream_api);
  natsConnection_Destroy(connection);
}

Result<natsSubscription*, natsStatus> Link::subscribe(const std::string& subject, void* closure) {
  natsSubscription* made = nullptr;
  const natsStatus status = natsConnection_Subscribe(&made, connection, subject.c_str(), Door::message, closure);
  if (status != NATS_OK) return Unexpected{status};
  subscriptions_.emplace_back(made);
  natsSubscription_SetPendingLimits(made, -1, -1);
  return made;
}

void Link::unsubscribe(natsSubscription* subscription) {
  const auto found = std::ranges::find(subscriptions_, subscription, &SubscriptionPtr::get);
  if (found == subscriptions_.end()) return;
  natsSubscription_Unsubscribe(subscription);
  over_.push_back(std::move(*found));
  subscriptions_.erase(found);
  if (over_.size() > max_over) over_.pop_front();
}

Result<std::unique_ptr<Connection>> Connection::make(const NatsOptions& options, const Subjects& subjects, Door& door) {
  nats_Open(-1);
  nats_SetMessageDeliveryPoolSize(delivery_threads);
  std::unique_ptr<Connection> made(new Connection(subjects, door));
  if (const natsStatus status = made->configure(options); status != NATS_OK)
    return Unexpected{"the connection to the cluster's engine cannot be set up: " + words_for(status)};
  if (auto secured = set_security(made->options_.get(), options); !secured)
    return Unexpected{std::move(secured.error())};
  return made;
}

natsStatus Connection::configure(const NatsOptions& options) {
  std::vector<const char*> servers;
  for (const std::string& server : options.servers) {
    servers.push_back(server.c_str());
    if (const auto place = place_of_server(server))
      tried_ += (tried_.empty() ? "" : ", ") + place->host + ":" + std::to_string(place->port);
  }
  natsOptions* made = nullptr;
  if (const natsStatus status = natsOptions_Create(&made); status != NATS_OK) return status;
  options_.reset(made);
  const std::string inbox = subjects_.inbox + "js";
  return Steps()(natsOptions_SetServers, made, servers.data(), static_cast<int>(servers.size()))(
             natsOptions_SetName, made, options.replica.c_str())(natsOptions_SetTimeout, made, connect_ms)(
             natsOptions_SetWriteDeadline, made, write_deadline_ms)(natsOptions_SetPingInterval, made, ping_ms)(
             natsOptions_SetMaxPingsOut, made, pings_unanswered)(natsOptions_SetReconnectBufSize, made, 0)(
             natsOptions_SetMaxReconnect, made, -1)(natsOptions_SetReconnectWait, made, reconnect_ms)(
             natsOptions_SetReconnectJitter, made, reconnect_jitter_ms, reconnect_jitter_ms)(
             natsOptions_SetSendAsap, made, true)(natsOptions_UseGlobalMessageDelivery, made, true)(
             natsOptions_SetFailRequestsOnDisconnect, made, true)(
             natsOptions_SetCustomInboxPrefix, made, inbox.c_str())(natsOptions_SetDisconnectedCB, made,
                                                                    Door::disconnected, static_cast<void*>(&door_))(
             natsOptions_SetReconnectedCB, made, Door::reconnected, static_cast<void*>(&door_))(
             natsOptions_SetErrorHandler, made, Door::error, static_cast<void*>(&door_))
      .status();
}

Connection::~Connection() { close(); }

bool Connection::connect() {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return false;  // the link is gone for good
  }
  if (const auto there = link(); there && !natsConnection_IsClosed(there->connection)) return true;
  auto made = std::make_shared<Link>();
  Steps step;
  step(natsConnection_Connect, &made->connection, options_.get());
  if (step.status() == NATS_OK) step(natsConnection_JetStream, &made->stream_api, made->connection, nullptr);
  const natsStatus status = step.status() == NATS_OK ? subscribe(*made) : step.status();
  if (status != NATS_OK) {
    note_failure(status);
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return false;
    link_ = std::move(made);
  }
  note_reconnected();
  return true;
}

void Connection::note_failure(natsStatus status) {
  std::string why = words_for(status) + " (tried: " + tried_ + ")";
  if (status == NATS_CONNECTION_AUTH_FAILED)
    why +=
        ": the engine does not know this replica's user, or its password or credentials are others: compare "
        "cluster.user and cluster.password_file, or cluster.credentials_file, with the accounts of its nodes";
  complaint_.make(why);
  const std::lock_guard lock(mutex_);
  failure_ = "no node takes a connection: " + why;
}

std::string Connection::last_failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

natsStatus Connection::subscribe(Link& link) {
  const std::array<std::pair<std::string, Came>, 4> wanted{{{subjects_.inbox + "a.*", Came::append_answer},
                                                            {subjects_.inbox + "q.*", Came::ask_answer},
                                                            {subjects_.own_ask, Came::question},
                                                            {subjects_.here, Came::call}}};
  for (const auto& [subject, kind] : wanted)
    if (const auto made = link.subscribe(subject, door_.closure(kind)); !made) return made.error();
  return NATS_OK;
}

// Who asks the engine waits by a subscription of libnats' own, which closing destroys: see Link.
void Connection::await_answers(const std::shared_ptr<Link>& link) {
  const SteadyTime end = system_clock().steady() + last_answers_within;
  while (link.use_count() > 1 && system_clock().steady() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Connection::close() {
  std::shared_ptr<Link> link;
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    link = std::move(link_);
    link_ = nullptr;
  }
  if (link) {
    await_answers(link);
    natsConnection_Close(link->connection);
  }
  const std::lock_guard lock(condition_);
  is_connected_.store(false, std::memory_order_relaxed);
}

std::shared_ptr<Link> Connection::link() const {
  const std::lock_guard lock(mutex_);
  return link_;
}

std::vector<std::string> Connection::learnt_servers() const {
  const auto there = link();
  char** list = nullptr;
  int count = 0;
  if (!there || natsConnection_GetDiscoveredServers(there->connection, &list, &count) != NATS_OK) return {};
  std::vector<std::string> servers(list, list + count);
  for (int i = 0; i < count; ++i) std::free(list[i]);
  std::free(list);
  return servers;
}

std::string Connection::node() const {
  const auto there = link();
  return there && is_connected() ? address_of(there->connection) : std::string();
}

// Told on a thread of libnats, and by connect() on another: what is told last has to be what the connection is like.
void Connection::note_disconnected() {
  const std::lock_guard lock(condition_);
  if (!is_connected_.exchange(false, std::memory_order_relaxed)) return;
  log::warn("the connection to the cluster's engine is broken: nothing is stored until there is another");
}

void Connection::note_reconnected() {
  const auto there = link();
  if (!there) return;
  const std::lock_guard lock(condition_);
  complaint_.forget();
  const bool stands = natsConnection_Status(there->connection) == NATS_CONN_STATUS_CONNECTED;
  is_connected_.store(stands, std::memory_order_relaxed);
  if (!stands) return;  // and broken again already
  connections_.fetch_add(1, std::memory_order_relaxed);
}

Connection::Sent Connection::publish(const std::string& subject, const std::string& reply, std::string_view bytes) {
  const auto there = link();
  if (!there || natsConnection_IsClosed(there->connection)) return Sent::no;
  const int size = static_cast<int>(bytes.size());
  const natsStatus status =
      reply.empty()
          ? natsConnection_Publish(there->connection, subject.c_str(), bytes.data(), size)
          : natsConnection_PublishRequest(there->connection, subject.c_str(), reply.c_str(), bytes.data(), size);
  if (status == NATS_OK) return Sent::yes;
  return status == NATS_INSUFFICIENT_BUFFER || status == NATS_MAX_PAYLOAD ? Sent::no : Sent::unknown;
}

}  // namespace oneshot::cluster
