// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cluster/record.hpp"

namespace oneshot::simulation {

using cluster::BatchId;
using EventNumber = std::uint64_t;

/// What the world knows and no replica does: which events were accepted, and which ones each scraper's store has.
class Oracle {
 public:
  void accepted(EventNumber event) { accepted_.insert(event); }
  /// A client has posted it, perhaps again.
  void posted(EventNumber event) { ++unanswered_[event]; }
  /// Its replica has told the client that it is surely not stored.
  void denied(EventNumber event) { --unanswered_[event]; }
  /// An event was refused since its sender fills the log.
  void over_share() { ++over_share_; }
  [[nodiscard]] std::uint64_t refused_over_share() const { return over_share_; }
  /// The scraper's machine has the whole answer, and its program stores it.
  void stored(const std::string& scraper, BatchId batch, const std::vector<EventNumber>& events) {
    Store& store = stores_[scraper];
    store.batches.insert(batch);
    for (const EventNumber event : events) store.events[event].push_back(batch);
  }
  /// The log says that its last byte was acknowledged.
  void in_log(BatchId batch) { in_log_.insert(batch); }
  [[nodiscard]] bool is_in_log(BatchId batch) const { return in_log_.contains(batch); }
  /// Its replica was killed, or cut off, or the engine went away, or refuses all while the batch's deadline passes. If
  /// the log does not know by now that the last byte was acknowledged, and the scraper has it, or will, then nobody can
  /// know: the named window.
  void note_silence(const std::string& scraper, BatchId batch) {
    if (!in_log_.contains(batch)) stores_[scraper].undecidable.insert(batch);
  }

  /// The event has come again with its key, when replicas may have forgotten that: it is another event.
  void note_forgotten_key(EventNumber event) { forgotten_keys_.insert(event); }

  struct Verdict {
    std::uint64_t accepted = 0;
    std::uint64_t lost = 0;
    std::uint64_t twice = 0;
    std::uint64_t twice_undecidable = 0;  ///< in the named window
    std::uint64_t twice_by_forgotten_key = 0;
    std::uint64_t denied = 0;  ///< stored although each post of it was answered that it is surely not
  };
  [[nodiscard]] Verdict verdict(const std::string& scraper) const {
    Verdict verdict{.accepted = accepted_.size()};
    const auto found = stores_.find(scraper);
    static const Store none;
    const Store& store = found == stores_.end() ? none : found->second;
    for (const EventNumber event : accepted_)
      if (!store.events.contains(event)) ++verdict.lost;
    for (const auto& [event, batches] : store.events) {
      if (!accepted_.contains(event) && unanswered_.at(event) == 0) ++verdict.denied;
      if (batches.size() < 2) continue;
      // All but one went out again since nobody knew of them. They may arrive behind the one that is known: what a
      // killed replica had handed to its kernel is on its way yet.
      const auto is_known = [&](BatchId batch) { return !store.undecidable.contains(batch); };
      const bool excused = std::ranges::count_if(batches, is_known) <= 1;
      ++(excused                           ? verdict.twice_undecidable
         : forgotten_keys_.contains(event) ? verdict.twice_by_forgotten_key
                                           : verdict.twice);
    }
    return verdict;
  }
  /// For people: "event 7 by 12, 31 (undecidable)", one for each list of batches that brought events more than once.
  [[nodiscard]] std::vector<std::string> twice(const std::string& scraper) const {
    std::vector<std::string> lines;
    std::set<std::vector<BatchId>> seen;
    const auto found = stores_.find(scraper);
    if (found == stores_.end()) return lines;
    for (const auto& [event, batches] : found->second.events) {
      if (batches.size() < 2 || !seen.insert(batches).second) continue;
      std::string line = "got event " + std::to_string(event) + " by";
      for (const BatchId batch : batches)
        line += " " + std::to_string(batch) + (found->second.undecidable.contains(batch) ? " (undecidable)" : "");
      lines.push_back(std::move(line));
    }
    return lines;
  }
  [[nodiscard]] std::size_t accepted() const { return accepted_.size(); }
  /// No event is lost. Asked in each millisecond of a wait, in which it is the latest ones that are missing.
  [[nodiscard]] bool has_all(const std::string& scraper) const {
    const auto found = stores_.find(scraper);
    const auto has = [&](EventNumber event) { return found != stores_.end() && found->second.events.contains(event); };
    return std::all_of(accepted_.rbegin(), accepted_.rend(), has);
  }
  /// Events that the scraper should have.
  [[nodiscard]] std::vector<EventNumber> lost(const std::string& scraper) const {
    std::vector<EventNumber> lost;
    const auto found = stores_.find(scraper);
    for (const EventNumber event : accepted_)
      if (found == stores_.end() || !found->second.events.contains(event)) lost.push_back(event);
    return lost;
  }
  [[nodiscard]] std::uint64_t batches(const std::string& scraper) const {
    const auto found = stores_.find(scraper);
    return found == stores_.end() ? 0 : found->second.batches.size();
  }

 private:
  struct Store {
    std::map<EventNumber, std::vector<BatchId>> events;
    std::set<BatchId> batches;
    std::set<BatchId> undecidable;
  };
  std::set<EventNumber> accepted_;
  std::map<EventNumber, int> unanswered_;  // posts that may have stored it
  std::uint64_t over_share_ = 0;
  std::set<BatchId> in_log_;
  std::set<EventNumber> forgotten_keys_;
  std::map<std::string, Store> stores_;
};

}  // namespace oneshot::simulation
