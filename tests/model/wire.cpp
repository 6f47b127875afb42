// SPDX-License-Identifier: MIT
//
// What is on its way between the two kernels: in order for each direction, at any later moment, or never. A reset
// overtakes what its sender had not sent yet. What the client sends after it has got something carries the
// acknowledgement of that; a reset does not.
#include <algorithm>

#include "model/moves.hpp"
#include "model/require.hpp"

namespace oneshot::model {
namespace {

/// The server's kernel still knows this connection.
bool server_listens(const Wire& wire) { return wire.phase != Wire::gone && wire.socket != Wire::broken; }

bool server_sends(const Wire& wire) {
  return wire.arrived < wire.handed && wire.socket != Wire::broken && wire.reset_to_client == Wire::unsent;
}

bool piece_can_arrive(const Wire& wire) {
  if (wire.black_hole || !server_sends(wire)) return false;
  if (wire.client != Wire::closed) return wire.arrived - wire.read < client_buffer;
  const bool answered =
      std::find(wire.item.begin(), wire.item.begin() + wire.items, Item::reset) != wire.item.begin() + wire.items;
  return !answered && server_listens(wire);
}
bool acknowledgement_can_arrive(const Wire& wire) {
  return !wire.black_hole && server_listens(wire) && wire.acked < wire.arrived;
}
bool item_can_arrive(const Wire& wire) { return !wire.black_hole && wire.items > 0; }
bool end_can_arrive(const Wire& wire) {
  return !wire.black_hole && wire.end_to_client == Wire::on_its_way && !piece_can_arrive(wire) &&
         (wire.arrived == wire.handed || wire.client == Wire::closed);
}
bool reset_can_arrive(const Wire& wire) { return !wire.black_hole && wire.reset_to_client == Wire::on_its_way; }

void item_arrives(Wire& wire) {
  const Item item = wire.item[0];
  const std::uint8_t carries = wire.carries[0];
  std::rotate(wire.item.begin(), wire.item.begin() + 1, wire.item.end());
  std::rotate(wire.carries.begin(), wire.carries.begin() + 1, wire.carries.end());
  --wire.items;
  wire.item[wire.items] = Item::request;
  wire.carries[wire.items] = 0;
  if (!server_listens(wire)) return;
  switch (item) {
    case Item::request:
      wire.acked = std::max(wire.acked, carries);
      ++wire.requests;
      return;
    case Item::end:
      wire.acked = std::max(wire.acked, carries);
      wire.end_arrived = true;
      if (wire.socket == Wire::established) wire.socket = Wire::close_wait;
      return;
    case Item::reset:
      wire.socket = Wire::broken;
      wire.error = true;
      return;
  }
}

void drop_items(Wire& wire) {
  wire.items = 0;
  wire.item.fill(Item::request);
  wire.carries.fill(0);
}

/// The client's kernel has a whole batch, and the server does not know yet what becomes of it.
bool batch_has_arrived(const Wire& wire) {
  for (std::size_t i = 0; i < wire.replies; ++i) {
    if (wire.tracked && wire.reply[i].events != 0 && wire.reply[i].end <= wire.arrived) return true;
  }
  return false;
}

/// The client has stored all that the server has sent, and a reset is nothing new to the rules for it.
bool is_idle(const Wire& wire, Peer peer) {
  const bool stored = wire.read == wire.handed && wire.acked == wire.handed && !mid_scrape(wire);
  if (!stored || peer == Peer::itself) return false;
  const bool by_proxy = peer == Peer::proxy;
  return wire.outlived || (wire.rested && (by_proxy || !wire.near)) || (by_proxy && !wire.near);
}

Fault reset_kind(const Place& place) {
  if (!batch_has_arrived(place.wire)) return Fault::network_reset;
  return is_idle(place.wire, place.setup.peer) ? Fault::idle_reset : Fault::reset_after_arrival;
}
Fault black_hole_kind(const Wire& wire) {
  return wire.arrived > wire.acked ? Fault::lost_acknowledgement : Fault::black_hole;
}

}  // namespace

void send_to_server(Wire& wire, Item item) {
  if (wire.black_hole) return;
  require(wire.items < wire.item.size(), "few things on their way");
  wire.item[wire.items] = item;
  wire.carries[wire.items] = item == Item::reset ? std::uint8_t{0} : wire.arrived;
  ++wire.items;
}

bool quiet(const Wire& wire) noexcept {
  return !wire.abandoned && !piece_can_arrive(wire) && !acknowledgement_can_arrive(wire) && !item_can_arrive(wire) &&
         !end_can_arrive(wire) && !reset_can_arrive(wire);
}

void list_wire(const Place& place, Moves& moves) {
  const Wire& wire = place.wire;
  if (piece_can_arrive(wire)) moves.push_back(place.move(Do::piece_arrives));
  if (acknowledgement_can_arrive(wire)) moves.push_back(place.move(Do::acknowledgement_arrives));
  if (item_can_arrive(wire)) moves.push_back(place.move(Do::item_arrives));
  if (end_can_arrive(wire)) moves.push_back(place.move(Do::end_arrives));
  if (reset_can_arrive(wire)) moves.push_back(place.move(Do::reset_arrives));
  if (wire.client == Wire::nobody || wire.black_hole || !server_listens(wire)) return;
  if (place.may(reset_kind(place))) moves.push_back(place.move(Do::network_reset));
  if (place.may(black_hole_kind(wire))) moves.push_back(place.move(Do::black_hole));
}

bool do_wire(const Place& place, Do what) {
  Wire& wire = place.wire;
  switch (what) {
    case Do::piece_arrives:
      if (wire.client == Wire::closed) {
        send_to_server(wire, Item::reset);
      } else {
        ++wire.arrived;
      }
      return true;
    case Do::acknowledgement_arrives:
      ++wire.acked;
      return true;
    case Do::item_arrives:
      item_arrives(wire);
      return true;
    case Do::end_arrives:
      wire.end_to_client = Wire::there;
      return true;
    case Do::reset_arrives:
      wire.reset_to_client = Wire::there;
      return true;
    case Do::network_reset:
      place.fail(reset_kind(place));
      drop_items(wire);
      send_to_server(wire, Item::reset);
      if (wire.reset_to_client == Wire::unsent) wire.reset_to_client = Wire::on_its_way;
      return true;
    case Do::black_hole:
      place.fail(black_hole_kind(wire));
      drop_items(wire);
      wire.black_hole = true;
      return true;
    default:
      return false;
  }
}

}  // namespace oneshot::model
