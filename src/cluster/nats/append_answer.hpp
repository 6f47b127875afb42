// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "cluster/ordered_log.hpp"
#include "json/parser.hpp"

namespace oneshot::cluster {

/// What the engine's answer to an append means (JSON, JetStream's "publish acknowledgement"). Nothing where it does not
/// say: an error after which the record may be stored all the same, or the sequence 0, with which 2.10 answers before
/// anything is stored.
[[nodiscard]] std::optional<AppendAnswer> read_append_answer(std::string_view text, json::Parser& parser);

}  // namespace oneshot::cluster
