// SPDX-License-Identifier: MIT
#pragma once

#include <simdjson.h>

#include <array>
#include <bit>
#include <cstdint>

/// The way to simdjson and back, for the sources of this folder alone: 30,000 lines that nobody else has to compile.
namespace oneshot::json {

namespace dom = simdjson::dom;

/// What a value of simdjson's is: a document, and a place in it.
using Place = std::array<std::uintptr_t, 2>;

inline Place place_of(const dom::element& element) noexcept { return std::bit_cast<Place>(element); }
inline dom::element element_at(const Place& place) noexcept { return std::bit_cast<dom::element>(place); }

}  // namespace oneshot::json
