// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cluster/nats/complaint.hpp"
#include "cluster/nats/door.hpp"
#include "cluster/nats/library.hpp"
#include "cluster/nats/nats_options.hpp"
#include "cluster/nats/subjects.hpp"

namespace oneshot::cluster {

/// One connection of libnats with what belongs to it; it is closed when the last user lets it go.
///
/// The thread of libnats before 3.8 that reads finds the subscription of a message, lets go of the lock, and then uses
/// the subscription: if another thread has destroyed it meanwhile, that is a crash. So each subscription lives until
/// the reading thread has ended, or long enough.
class Link {
 public:
  natsConnection* connection = nullptr;
  jsCtx* stream_api = nullptr;  ///< for what is rare; its calls block

  Link() = default;
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// What comes for `subject` goes to the door with this closure, however much that is. One thread at a time.
  [[nodiscard]] Result<natsSubscription*, natsStatus> subscribe(const std::string& subject, void* closure);
  /// Nothing comes for it any more but what is on its way; it may not be used again. The same thread.
  void unsubscribe(natsSubscription* subscription);

 private:
  std::vector<SubscriptionPtr> subscriptions_;
  std::deque<SubscriptionPtr> over_;
};

/// The way to the engine. libnats connects again by itself, for ever; where it gives up all the same (twice refused by
/// the engine's authorization), connect() begins anew. Any thread, but for what says otherwise.
class Connection {
 public:
  /// Errors: files that cannot be read, addresses that are none.
  static Result<std::unique_ptr<Connection>> make(const NatsOptions& options, const Subjects& subjects, Door& door);
  ~Connection();

  /// Connects unless there is a connection, which may be one that is being mended. False, and a line in the log: nobody
  /// takes one. Blocks for a second for each server at most. One thread at a time.
  bool connect();
  /// Ends what others wait for in it, but for a question that is answered within half a second; nothing connects any
  /// more.
  void close();

  /// Why connect() said false last, and what to do.
  [[nodiscard]] std::string last_failure() const;

  /// Null: there is none. One that is being mended is one, too. Who asks the engine something holds it until there is
  /// an answer, and no longer.
  [[nodiscard]] std::shared_ptr<Link> link() const;
  [[nodiscard]] bool is_connected() const noexcept { return is_connected_.load(std::memory_order_relaxed); }
  /// The other nodes that the connected one has told of: "nats://10.0.0.2:4222".
  [[nodiscard]] std::vector<std::string> learnt_servers() const;
  /// How often there was a connection, to whatever node.
  [[nodiscard]] std::uint64_t connections() const noexcept { return connections_.load(std::memory_order_relaxed); }
  /// The node that it leads to: "10.0.0.1:4222"; "": there is none now.
  [[nodiscard]] std::string node() const;
  void note_disconnected();
  void note_reconnected();

  enum class Sent : std::uint8_t {
    yes,  ///< to the kernel; nobody knows whether it gets there
    no,   ///< and never will be
    unknown,
  };
  /// May block for the write deadline. `reply`: where the answer goes; "": none is wanted.
  Sent publish(const std::string& subject, const std::string& reply, std::string_view bytes);

 private:
  Connection(const Subjects& subjects, Door& door) : subjects_(subjects), door_(door) {}
  natsStatus configure(const NatsOptions& options);
  natsStatus subscribe(Link& link);
  static void await_answers(const std::shared_ptr<Link>& link);
  void note_failure(natsStatus status);

  const Subjects& subjects_;
  Door& door_;
  OptionsPtr options_;
  std::string tried_;  // for people, without passwords
  Complaint complaint_{"no node of the cluster's engine takes a connection"};
  std::mutex condition_;  // while is_connected_ is brought into line with what libnats says
  std::atomic<bool> is_connected_{false};
  std::atomic<std::uint64_t> connections_{0};
  mutable std::mutex mutex_;  // of what follows
  std::string failure_;
  std::shared_ptr<Link> link_;
  bool is_closed_ = false;
};

}  // namespace oneshot::cluster
