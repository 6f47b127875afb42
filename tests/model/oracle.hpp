// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "model/moves.hpp"

namespace oneshot::model {

enum class Harm : std::uint8_t { none, lost, twice, stuck };
std::string name_of(Harm harm);

/// What is wrong already: an event that a scraper has stored twice, or that counts as delivered to it though it has not
/// stored it and never will.
Harm harm_in(const World& world, const Setup& setup);

/// From here on nothing fails any more: all that is on its way arrives, everybody goes on, and each scraper scrapes
/// until it has everything. `stuck`: it never does.
Harm harm_in_the_end(World world, Setup setup);

}  // namespace oneshot::model
