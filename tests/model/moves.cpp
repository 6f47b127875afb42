// SPDX-License-Identifier: MIT
#include "model/moves.hpp"

#include <algorithm>
#include <array>

#include "model/require.hpp"

namespace oneshot::model {
namespace {

constexpr std::array<const char*, fault_count> fault_names = {
    "gives up",      "half-closes",     "pipelines",           "reset by the network",
    "black hole",    "reset when idle", "reset after arrival", "lost acknowledgement",
    "slept over it", "dies unstored",   "overlaps itself",     "paused too long",
    "late signals",  "stalled server"};

constexpr std::array<const char*, 31> move_names = {"posts",
                                                    "opens and asks",
                                                    "asks",
                                                    "asks early",
                                                    "reads",
                                                    "reads and dies",
                                                    "gives up",
                                                    "half-closes",
                                                    "closes",
                                                    "piece arrives",
                                                    "ack arrives",
                                                    "item arrives",
                                                    "FIN arrives",
                                                    "RST arrives",
                                                    "network resets",
                                                    "black hole",
                                                    "server reads",
                                                    "server takes",
                                                    "pause is over",
                                                    "server asks older",
                                                    "server writes",
                                                    "server polls",
                                                    "tick",
                                                    "deadline",
                                                    "idle timeout",
                                                    "end timeout",
                                                    "await limit",
                                                    "turn limit",
                                                    "rests",
                                                    "time is near",
                                                    "answers the probe"};

constexpr std::array<std::uint8_t, producer_count> quota = {2, 1};

bool may_fail(const World& world, const Setup& setup) {
  return world.faults_used < setup.failures && setup.allowed != 0;
}

bool needs_ticks(const World& world) {
  for (const Client& client : world.client) {
    for (const Connection& connection : client.connection) {
      if (connection.wire.tracked) return true;
    }
  }
  return false;
}

/// What is over makes no difference any more.
void forget(World& world) {
  for (Client& client : world.client) {
    for (Connection& connection : client.connection) {
      Wire& wire = connection.wire;
      if (wire.client == Wire::nobody) continue;
      const bool open = wire.client == Wire::open || wire.client == Wire::half_closed;
      if (open && wire.reset_to_client == Wire::there && wire.arrived == wire.read) {  // its next read fails
        wire.client = Wire::closed;
        wire.abandoned = false;
        wire.asked = 0;
      }
      if (wire.phase == Wire::gone && wire.client == Wire::closed) {
        require(!wire.tracked && wire.place_number == 0, "who goes leaves nothing open");
        connection = Connection{};
        continue;
      }
      if (wire.phase != Wire::asking) connection.asking_since = connection.asked_at = 0;
      if (wire.tracked || wire.asked > 0 || wire.phase == Wire::writing) continue;
      const bool even = wire.handed == wire.acked && wire.handed == wire.arrived && wire.handed == wire.read;
      if (!even || wire.items > 0) continue;
      wire.handed = wire.arrived = wire.read = wire.acked = wire.replies = wire.reading = 0;
      wire.reply.fill(Reply{});
    }
  }
}

}  // namespace

std::string names_of(Faults faults) {
  std::string all;
  for (std::size_t i = 0; i < fault_names.size(); ++i) {
    if ((faults >> i & 1) == 0) continue;
    if (!all.empty()) all += " + ";
    all += fault_names[i];
  }
  return all.empty() ? "no fault" : all;
}

std::string text_of(const Move& move) {
  const std::string name = move_names[static_cast<std::size_t>(move.what)];
  if (move.what == Do::tick) return name;
  if (move.what == Do::post) return "producer " + std::to_string(move.who) + " " + name;
  return std::string(1, static_cast<char>('a' + move.who)) + std::to_string(move.connection) + " " + name;
}

Place::Place(World& in, const Setup& by, int of, int which)
    : world(in),
      setup(by),
      scraper(of),
      number(which),
      connection(in.client[static_cast<std::size_t>(of)].connection[static_cast<std::size_t>(which)]),
      other(in.client[static_cast<std::size_t>(of)].connection[static_cast<std::size_t>(1 - which)]),
      wire(connection.wire) {}

bool Place::may(Fault fault) const {
  // Which of the scrapers fails makes no difference.
  return scraper == 0 && may_fail(world, setup) && (setup.allowed & bit(fault)) != 0;
}

void Place::fail(Fault fault) const {
  ++world.faults_used;
  world.faults = static_cast<Faults>(world.faults | bit(fault));
}

Move Place::move(Do what) const {
  return {.what = what, .who = static_cast<std::uint8_t>(scraper), .connection = static_cast<std::uint8_t>(number)};
}

bool all_posted(const World& world) noexcept { return world.posted == quota; }

bool all_quiet(const World& world) noexcept {
  return std::ranges::all_of(world.client, [](const Client& client) {
    return quiet(client.connection[0].wire) && quiet(client.connection[1].wire);
  });
}

bool server_rests(const World& world, const Setup& setup) noexcept {
  for (int scraper = 0; scraper < setup.scrapers; ++scraper) {
    for (int number = 0; number < 2; ++number) {
      if (has_work(Place(const_cast<World&>(world), setup, scraper, number))) return false;  // only looked at
    }
  }
  return true;
}

bool time_may_pass(const World& world, const Setup& setup) noexcept {
  return all_quiet(world) && server_rests(world, setup);
}

void note_haste(World& world, const Setup& setup) noexcept {
  if (!all_quiet(world)) world.faults = static_cast<Faults>(world.faults | bit(Fault::late_signals));
  if (!server_rests(world, setup)) world.faults = static_cast<Faults>(world.faults | bit(Fault::stalled_server));
}

namespace {

/// The next moves of one scraper and its sessions, where nothing that others do can change or prevent them, nor they
/// what others do: then it is enough to look at these first (a persistent set). That is so while this scraper keeps
/// time from passing, where none of these moves is a failure (their number is limited for all together), and none is a
/// take whose batch depends on what is stored before it.
bool list_independent(const World& world, const Setup& setup, int scraper, Moves& moves) {
  moves.clear();
  if (setup.network == Network::any || (scraper == 0 && may_fail(world, setup))) return false;
  bool busy = false;
  for (int number = 0; number < 2; ++number) {
    const Place place(const_cast<World&>(world), setup, scraper, number);  // only looked at
    busy = busy || has_work(place) || !quiet(place.wire);
    list_client(place, moves);
    list_wire(place, moves);
    list_server(place, moves);
  }
  const auto takes = [](const Move& move) { return move.what == Do::try_take; };
  return busy && !moves.empty() && (all_posted(world) || std::ranges::none_of(moves, takes));
}

}  // namespace

void list_moves_to_look_at(const World& world, const Setup& setup, Moves& moves) {
  for (int scraper = 0; scraper < setup.scrapers; ++scraper) {
    if (setup.scrapers > 1 && list_independent(world, setup, scraper, moves)) return;
  }
  list_moves(world, setup, moves);
}

void list_moves(const World& world, const Setup& setup, Moves& moves) {
  moves.clear();
  for (std::size_t producer = 0; producer < quota.size(); ++producer) {
    if (world.posted[producer] < quota[producer])
      moves.push_back({.what = Do::post, .who = static_cast<std::uint8_t>(producer)});
  }
  if (needs_ticks(world) && (time_may_pass(world, setup) || setup.network == Network::any))
    moves.push_back({.what = Do::tick});
  for (int scraper = 0; scraper < setup.scrapers; ++scraper) {
    for (int number = 0; number < 2; ++number) {
      const Place place(const_cast<World&>(world), setup, scraper, number);  // only looked at
      list_client(place, moves);
      list_wire(place, moves);
      list_server(place, moves);
    }
  }
}

void make_move(World& world, const Setup& setup, const Move& move) {
  if (move.what == Do::post) {
    ++world.posted[move.who];
    world.backlog.append(move.who);
  } else if (move.what == Do::tick) {
    note_haste(world, setup);
    ++world.now;
  } else {
    const Place place(world, setup, move.who, move.connection);
    require(do_client(place, move.what) || do_wire(place, move.what) || do_server(place, move.what), "a move");
  }
  forget(world);
}

}  // namespace oneshot::model
