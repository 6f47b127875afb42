// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/nats/subjects.hpp"
#include "cluster/ordered_log.hpp"

namespace oneshot::cluster {

/// A checkpoint cut into records that every engine takes; at least one.
[[nodiscard]] std::vector<std::string_view> split(std::string_view checkpoint);

/// Joins the parts of checkpoints again, as they come in the order of the log; parts of several may come in turns. One
/// thread.
class Parts {
 public:
  struct Whole {
    Sequence first = 0;  ///< of its parts
    Sequence last = 0;   ///< which is the place of the whole
    std::string bytes;
  };
  /// Takes the next part; the whole where this was its last one. A part that came already is passed over.
  std::optional<Whole> add(const PartName& name, Sequence sequence, std::string_view bytes);

  /// Up to where parts may go, if all checkpoints below `below` may: no part of another one lies below that.
  [[nodiscard]] Sequence may_go_below(Sequence below) const noexcept;

 private:
  // Somebody was killed in the middle of these: they are forgotten when so many are there, or when so many others have
  // become whole since. Otherwise one of them would keep for ever what is behind it.
  static constexpr std::size_t max_unfinished = 8;
  static constexpr int max_whole_since = 4;
  static constexpr std::size_t max_places = 64;

  struct Unfinished {
    std::string checkpoint;
    Sequence first;
    std::size_t count;
    std::vector<std::optional<std::string>> parts;
    int whole_since = 0;
  };
  struct Place {
    Sequence first;
    Sequence last;
  };
  Unfinished& of(const PartName& name, Sequence sequence);
  void note_whole(const Whole& whole);

  std::deque<Unfinished> unfinished_;
  std::deque<Place> places_;  // of those that were joined, the newest
};

}  // namespace oneshot::cluster
