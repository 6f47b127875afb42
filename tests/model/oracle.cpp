// SPDX-License-Identifier: MIT
#include "model/oracle.hpp"

#include <algorithm>
#include <array>

#include "model/require.hpp"

namespace oneshot::model {
namespace {

/// Its client may yet store this event.
bool may_still_store(const Wire& wire, unsigned position) {
  if (!mid_scrape(wire)) return false;
  const bool more_comes = !wire.black_hole && wire.reset_to_client == Wire::unsent && wire.socket != Wire::broken;
  for (std::size_t i = wire.reading; i < wire.replies; ++i) {
    const Reply& reply = wire.reply[i];
    if ((reply.events >> position & 1) != 0 && (reply.end <= wire.arrived || more_comes)) return true;
  }
  return false;
}

/// What everybody does sooner or later, in the order in which it is tried while nothing fails.
constexpr std::array in_order = {Do::post,          Do::acknowledgement_arrives,
                                 Do::piece_arrives, Do::item_arrives,
                                 Do::end_arrives,   Do::reset_arrives,
                                 Do::read_request,  Do::read,
                                 Do::write,         Do::pause_is_over};
constexpr std::array then = {Do::close, Do::end_timeout, Do::await_limit};

bool make_first(World& world, const Setup& setup, const Moves& moves, Do what, bool idle_ones_close) {
  for (const Move& move : moves) {
    if (move.what != what) continue;
    if (what == Do::close && !idle_ones_close) {
      const Wire& wire = world.client[move.who].connection[move.connection].wire;
      const bool idle = wire.asked == 0 && !wire.abandoned && wire.phase != Wire::gone && !wire.black_hole;
      if (idle && wire.end_to_client == Wire::unsent) continue;
    }
    make_move(world, setup, move);
    return true;
  }
  return false;
}

bool same(const Wire& a, const Wire& b) { return a == b; }

/// A move that may change nothing. False: it did not.
bool try_moves(World& world, const Setup& setup, const Moves& moves, Do what) {
  for (const Move& move : moves) {
    if (move.what != what) continue;
    const Client before = world.client[move.who];
    make_move(world, setup, move);
    const Client& after = world.client[move.who];
    for (std::size_t i = 0; i < 2; ++i) {
      if (!same(before.connection[i].wire, after.connection[i].wire)) return true;
    }
  }
  return false;
}

void run_until_quiet(World& world, const Setup& setup, bool idle_ones_close) {
  Moves moves;
  for (int steps = 0, ticks = 0; steps < 500; ++steps) {
    list_moves(world, setup, moves);
    bool moved = false;
    for (const Do what : in_order) moved = moved || make_first(world, setup, moves, what, idle_ones_close);
    for (const Do what : {Do::try_take, Do::ask_older, Do::poll}) moved = moved || try_moves(world, setup, moves, what);
    moved = moved || make_first(world, setup, moves, Do::close, idle_ones_close);
    if (!moved && ticks < 2 * oldest_age) {
      for (const Move& move : moves) moved = moved || move.what == Do::tick;
      if (moved) ++ticks, make_move(world, setup, {.what = Do::tick});
    }
    for (const Do what : then) moved = moved || make_first(world, setup, moves, what, idle_ones_close);
    if (!moved) return;
  }
  require(false, "an end of what happens without faults");
}

bool complete(const World& world, const Setup& setup) {
  for (std::size_t i = 0; i < setup.scrapers; ++i) {
    for (const std::uint8_t times : world.client[i].stored) {
      if (times == 0) return false;
    }
  }
  return true;
}

}  // namespace

std::string name_of(Harm harm) {
  switch (harm) {
    case Harm::none:
      return "none";
    case Harm::lost:
      return "lost";
    case Harm::twice:
      return "twice";
    case Harm::stuck:
      return "stuck";
  }
  return "?";
}

Harm harm_in(const World& world, const Setup& setup) {
  for (int scraper = 0; scraper < setup.scrapers; ++scraper) {
    const Client& client = world.client[static_cast<std::size_t>(scraper)];
    const Backlog::Numbers& numbers = world.backlog.numbers(scraper);
    require(numbers.delivered + numbers.in_flight + numbers.waiting == world.backlog.stored() && numbers.dropped == 0,
            "each event is waiting, in flight or delivered");
    const bool tracked = client.connection[0].wire.tracked || client.connection[1].wire.tracked;
    require((numbers.in_flight > 0) == tracked, "what is in flight has a receipt");
    for (unsigned position = 0; position < event_count; ++position) {
      const std::uint8_t times = client.stored[position];
      if (times > 1) return Harm::twice;
      const bool open =
          may_still_store(client.connection[0].wire, position) || may_still_store(client.connection[1].wire, position);
      if (times == 0 && position < numbers.delivered && !open) return Harm::lost;
    }
  }
  return Harm::none;
}

Harm harm_in_the_end(World world, Setup setup) {
  setup.failures = 0;
  setup.scrapes = 100;
  setup.network = Network::prompt;
  for (int round = 0; round < 8; ++round) {
    run_until_quiet(world, setup, false);
    if (const Harm harm = harm_in(world, setup); harm != Harm::none) return harm;
    if (complete(world, setup)) return Harm::none;
    Moves moves;
    list_moves(world, setup, moves);
    const auto asks = [](const Move& move) { return move.what == Do::ask || move.what == Do::open; };
    bool asked = false;
    for (const Move& move : moves) {
      // Each scraper once: the list is of this moment.
      if (!asks(move) || (asked && move.who == 0)) continue;
      Moves now;
      list_moves(world, setup, now);
      const auto still = std::ranges::find_if(now, [&](const Move& other) {
        return other.what == move.what && other.who == move.who && other.connection == move.connection;
      });
      if (still == now.end()) continue;
      make_move(world, setup, move);
      asked = true;
    }
    if (!asked) run_until_quiet(world, setup, true);
  }
  return Harm::stuck;
}

}  // namespace oneshot::model
