// SPDX-License-Identifier: MIT
//
// Breadth first, a level at a time: worlds of the current level are kept whole, of those before only a fingerprint (128
// bits, so that two states are as good as never taken for one) and the way back.
#include "model/explorer.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <type_traits>
#include <unordered_map>

namespace oneshot::model {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Fingerprint {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const Fingerprint&) const = default;
};
struct FingerprintHash {
  std::size_t operator()(const Fingerprint& fingerprint) const noexcept { return fingerprint.low; }
};

std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93;
  return x ^ x >> 32;
}

Fingerprint fingerprint_of(Bytes& bytes) {
  while (bytes.size() % 8 != 0) bytes.push_back(0);
  Fingerprint made{.low = bytes.size(), .high = ~bytes.size()};
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    made.low = mix(made.low ^ word);
    made.high = mix(made.high + word * 0x9e3779b97f4a7c15);
  }
  return made;
}

void append_connection(Bytes& bytes, const Connection& connection, std::uint8_t now, bool is_first) {
  static_assert(std::has_unique_object_representations_v<Wire>);
  Wire wire = connection.wire;
  if (wire.place_number != 0) wire.place_number = is_first ? 1 : 2;
  const auto* const raw = reinterpret_cast<const std::uint8_t*>(&wire);
  bytes.insert(bytes.end(), raw, raw + sizeof wire);
  if (wire.tracked) connection.watch.append_to(bytes, now);
  if (wire.phase == Wire::asking)
    bytes.insert(bytes.end(), {age(now, connection.asking_since), std::uint8_t{connection.asked_at == now}});
}

Bytes bytes_of(const Client& client, const Backlog::Numbers& numbers, std::uint8_t now) {
  std::array<Bytes, 2> part;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::uint8_t others = client.connection[1 - i].wire.place_number;
    append_connection(part[i], client.connection[i], now,
                      others == 0 || client.connection[i].wire.place_number < others);
  }
  if (part[1] < part[0]) std::swap(part[0], part[1]);  // which is which makes no difference
  Bytes all = std::move(part[0]);
  all.insert(all.end(), part[1].begin(), part[1].end());
  all.insert(all.end(), client.stored.begin(), client.stored.end());
  all.insert(all.end(), {client.scrapes, numbers.waiting, numbers.in_flight, numbers.delivered});
  return all;
}

/// Everything that matters for what can still happen, and nothing else.
Fingerprint fingerprint_of(const World& world) {
  std::array<Bytes, scraper_count> part;
  for (std::size_t i = 0; i < part.size(); ++i)
    part[i] = bytes_of(world.client[i], world.backlog.numbers(static_cast<int>(i)), world.now);
  Bytes all = std::move(part[0]);
  all.insert(all.end(), part[1].begin(), part[1].end());
  all.insert(all.end(), world.posted.begin(), world.posted.end());
  all.insert(all.end(), {world.faults_used, static_cast<std::uint8_t>(world.faults & 0xff),
                         static_cast<std::uint8_t>(world.faults >> 8)});
  return fingerprint_of(all);
}

class Search {
 public:
  Search(const Setup& setup, bool first_only, std::uint64_t most_states)
      : setup_(setup), first_only_(first_only), most_states_(most_states) {}

  Explored run() {
    const auto began = std::chrono::steady_clock::now();
    std::vector<Node> level;
    visit(World{}, 0, Move{}, level);
    while (!level.empty() && !stop_) {
      std::vector<Node> next;
      for (Node& node : level) {
        expand(node, next);
        if (stop_) break;
      }
      if (!next.empty()) ++result_.depth;
      level = std::move(next);
    }
    result_.states = way_.size();
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return std::move(result_);
  }

 private:
  struct Node {
    World world;
    std::uint32_t number = 0;
  };
  struct Step {
    std::uint32_t from = 0;
    Move move;
  };

  void expand(const Node& node, std::vector<Node>& next) {
    list_moves_to_look_at(node.world, setup_, moves_);
    for (const Move& move : moves_) {
      World world = node.world;
      make_move(world, setup_, move);
      ++result_.transitions;
      visit(std::move(world), node.number, move, next);
      if (stop_) return;
    }
  }

  void visit(World world, std::uint32_t from, const Move& move, std::vector<Node>& next) {
    const auto number = static_cast<std::uint32_t>(way_.size());
    if (!known_.try_emplace(fingerprint_of(world), number).second) return;
    way_.push_back({.from = from, .move = move});
    Harm harm = harm_in(world, setup_);
    // Elsewhere the end leads through such a state.
    const bool at_rest = all_posted(world) && time_may_pass(world, setup_);
    if (harm == Harm::none && at_rest) harm = harm_in_the_end(world, setup_);
    if (harm != Harm::none) {
      Finding& finding = result_.findings[{world.faults, harm}];
      if (finding.states++ == 0) finding.trace = trace(number);
      stop_ = first_only_;
      return;
    }
    if (way_.size() >= most_states_) {
      result_.complete = false;
      stop_ = true;
    }
    next.push_back({.world = std::move(world), .number = number});
  }

  std::vector<Move> trace(std::uint32_t number) const {
    std::vector<Move> moves;
    for (; number != 0; number = way_[number].from) moves.push_back(way_[number].move);
    std::ranges::reverse(moves);
    return moves;
  }

  Setup setup_;
  bool first_only_;
  std::uint64_t most_states_;
  bool stop_ = false;
  Moves moves_;
  std::unordered_map<Fingerprint, std::uint32_t, FingerprintHash> known_;
  std::vector<Step> way_;
  Explored result_;
};

}  // namespace

std::string Explored::text() const {
  std::string all = std::to_string(states) + " states, " + std::to_string(transitions) + " transitions, depth " +
                    std::to_string(depth) + ", " + std::to_string(seconds).substr(0, 4) + " s";
  if (!complete) all += " (not complete)";
  for (const auto& [kind, finding] : findings) {
    all += "\n  " + name_of(kind.second) + " after: " + names_of(kind.first) + " (" + std::to_string(finding.states) +
           " states); the shortest way:\n    ";
    for (const Move& move : finding.trace) all += text_of(move) + "; ";
  }
  return all;
}

Explored explore(const Setup& setup, bool first_only, std::uint64_t most_states) {
  return Search(setup, first_only, most_states).run();
}

}  // namespace oneshot::model
