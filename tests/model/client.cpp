// SPDX-License-Identifier: MIT
//
// A scraper's program and its kernel's way to close. It has one scrape at a time (unless it overlaps), on any of its
// connections, and stores what is in a reply when it has read that whole. Replies are longer than what a client reads
// ahead (see the padding in src/exposition), so one that gives up has not read the last piece.
#include "model/moves.hpp"
#include "model/require.hpp"

namespace oneshot::model {
namespace {

bool alive(const Wire& wire) { return wire.client == Wire::open || wire.client == Wire::half_closed; }

bool waits(const Wire& wire) { return alive(wire) && wire.asked > 0 && !wire.abandoned; }

/// No more pieces will come.
bool cut_off(const Wire& wire) {
  return wire.black_hole || wire.reset_to_client == Wire::there || wire.end_to_client == Wire::there;
}

/// One that fails does so at once, or when its own timeout is over.
Fault giving_up(const Wire& wire) { return wire.rested && !wire.near ? Fault::slept_over : Fault::give_up; }

void ask(const Place& place) {
  ++place.wire.asked;
  ++place.client().scrapes;
  send_to_server(place.wire, Item::request);
}

// Closing with data unread sends a reset; so does the kernel later for each piece that arrives after an orderly end.
void close(Wire& wire) {
  const bool connected = wire.reset_to_client != Wire::there;
  if (connected && wire.arrived > wire.read) {
    send_to_server(wire, Item::reset);
  } else if (connected && wire.client == Wire::open) {
    send_to_server(wire, Item::end);
  }
  wire.client = Wire::closed;
  wire.abandoned = false;
  wire.asked = 0;
}

void read(const Place& place, bool dies) {
  Wire& wire = place.wire;
  ++wire.read;
  require(wire.reading < wire.replies, "a reply for each piece");
  const Reply& reply = wire.reply[wire.reading];
  if (wire.read < reply.end) return;
  ++wire.reading;
  if (wire.asked > 0) --wire.asked;
  if (dies) return close(wire);
  for (std::size_t position = 0; position < event_count; ++position) {
    if ((reply.events >> position & 1) != 0) ++place.client().stored[position];
  }
}

}  // namespace

bool mid_scrape(const Wire& wire) noexcept { return waits(wire) && (wire.arrived > wire.read || !cut_off(wire)); }

void list_client(const Place& place, Moves& moves) {
  const Wire& wire = place.wire;
  const bool scrapes_left = place.client().scrapes < place.setup.scrapes;
  const bool busy = waits(wire) || waits(place.other.wire);
  if (wire.client == Wire::nobody) {
    // Which of two free places is used makes no difference.
    const bool first_free = place.number == 0 || place.other.used();
    if (scrapes_left && first_free && (!busy || place.may(Fault::overlap))) moves.push_back(place.move(Do::open));
    return;
  }
  if (!alive(wire)) return;
  if (wire.abandoned) return moves.push_back(place.move(Do::close));
  if (wire.arrived > wire.read) {
    moves.push_back(place.move(Do::read));
    const bool last = wire.read + 1 == wire.reply[wire.reading].end && wire.reply[wire.reading].events != 0;
    if (last && place.may(Fault::death_after_reading)) moves.push_back(place.move(Do::read_and_die));
  }
  // In a black hole it finds out when its time is over, which the server has had too.
  const bool gone = cut_off(wire) && wire.arrived == wire.read;
  const bool knows = !wire.black_hole || place.setup.network == Network::any || time_may_pass(place.world, place.setup);
  if (wire.asked == 0 || (gone && knows)) moves.push_back(place.move(Do::close));
  if (wire.asked == 0 && wire.client == Wire::open && !cut_off(wire) && scrapes_left && !busy)
    moves.push_back(place.move(Do::ask));
  if (wire.asked > 0 && !gone) {
    if (place.may(giving_up(wire))) moves.push_back(place.move(Do::give_up));
    if (wire.client == Wire::open && place.may(Fault::half_close)) moves.push_back(place.move(Do::half_close));
    if (wire.client == Wire::open && wire.asked == 1 && scrapes_left && place.may(Fault::pipelining))
      moves.push_back(place.move(Do::ask_early));
  }
}

bool do_client(const Place& place, Do what) {
  Wire& wire = place.wire;
  switch (what) {
    case Do::open:
      if (waits(place.other.wire)) place.fail(Fault::overlap);
      place.connection = Connection{};
      wire.client = Wire::open;
      ask(place);
      return true;
    case Do::ask:
      ask(place);
      return true;
    case Do::ask_early:
      place.fail(Fault::pipelining);
      ask(place);
      return true;
    case Do::read:
      read(place, false);
      return true;
    case Do::read_and_die:
      place.fail(Fault::death_after_reading);
      read(place, true);
      return true;
    case Do::give_up:
      place.fail(giving_up(wire));
      wire.abandoned = true;
      wire.asked = 0;
      return true;
    case Do::half_close:
      place.fail(Fault::half_close);
      send_to_server(wire, Item::end);
      wire.client = Wire::half_closed;
      return true;
    case Do::close:
      if (wire.asked > 0 && wire.black_hole) note_haste(place.world, place.setup);
      close(wire);
      return true;
    default:
      return false;
  }
}

}  // namespace oneshot::model
