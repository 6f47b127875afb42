// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/world.hpp"

namespace oneshot::model {

/// What can happen next, in one step.
enum class Do : std::uint8_t {
  post,  // a producer; the queue stores it at once (event_log.pml looks inside of that)
  // client.cpp: a scraper's program
  open,
  ask,
  ask_early,
  read,
  read_and_die,
  give_up,
  half_close,
  close,
  // wire.cpp: what was sent arrives, or never
  piece_arrives,
  acknowledgement_arrives,
  item_arrives,
  end_arrives,
  reset_arrives,
  network_reset,
  black_hole,
  // server.cpp: a session of the server takes its next step
  read_request,
  try_take,
  pause_is_over,
  ask_older,
  write,
  poll,
  // server.cpp: time passes
  tick,
  deadline,
  idle_timeout,
  end_timeout,
  await_limit,
  turn_limit,
  rest,
  time_is_near,
  answer,  // of the client's kernel, to the probe at the deadline
};

struct Move {
  Do what = Do::tick;
  std::uint8_t who = 0;  // scraper, or producer
  std::uint8_t connection = 0;
};
std::string text_of(const Move& move);

using Moves = std::vector<Move>;

/// Where a move happens.
struct Place {
  World& world;
  const Setup& setup;
  int scraper;
  int number;  // of the connection
  Connection& connection;
  Connection& other;  // of the same scraper
  Wire& wire;

  Place(World& in, const Setup& by, int of, int which);
  [[nodiscard]] Client& client() const { return world.client[static_cast<std::size_t>(scraper)]; }
  /// There may be one more failure, and it may be this one.
  [[nodiscard]] bool may(Fault fault) const;
  void fail(Fault fault) const;
  [[nodiscard]] Move move(Do what) const;
};

/// All moves that are possible now; `faults` as well.
void list_moves(const World& world, const Setup& setup, Moves& moves);
/// As many of them as have to be looked at.
void list_moves_to_look_at(const World& world, const Setup& setup, Moves& moves);
void make_move(World& world, const Setup& setup, const Move& move);

/// Nothing is on its way on this connection, and nobody is about to close it.
bool quiet(const Wire& wire) noexcept;
bool all_quiet(const World& world) noexcept;
bool all_posted(const World& world) noexcept;
/// The server has nothing to do but to wait.
bool server_rests(const World& world, const Setup& setup) noexcept;
bool time_may_pass(const World& world, const Setup& setup) noexcept;
/// Time passes. If it should not yet, that is a fault (which Network::any allows).
void note_haste(World& world, const Setup& setup) noexcept;
/// The client is still reading, or waiting for, a reply that it can yet get.
bool mid_scrape(const Wire& wire) noexcept;

// The parts.
void list_client(const Place& place, Moves& moves);
bool do_client(const Place& place, Do what);
void list_wire(const Place& place, Moves& moves);
bool do_wire(const Place& place, Do what);
void list_server(const Place& place, Moves& moves);
bool do_server(const Place& place, Do what);
/// The server's session has a step to take that is no waiting.
bool has_work(const Place& place) noexcept;
void send_to_server(Wire& wire, Item item);

}  // namespace oneshot::model
