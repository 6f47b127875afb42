// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/kind.hpp"
#include "simulation/memory_log.hpp"
#include "simulation/node.hpp"
#include "simulation/oracle.hpp"
#include "simulation/scheduler.hpp"

namespace oneshot::simulation {

/// Replicas, an engine, scrapers and posters, and what breaks between them: all of it by the seed.
class World {
 public:
  /// `is_traced`: prints each command, each fault, and which batches brought an event twice.
  explicit World(std::uint64_t seed, bool is_traced = false);

  /// What is wrong at the end; empty: nothing.
  [[nodiscard]] std::vector<std::string> run();

  struct Counts {
    std::uint64_t events = 0;
    std::uint64_t batches = 0;
    std::uint64_t faults = 0;
    std::uint64_t kills = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t starts = 0;
    std::uint64_t repeats = 0;
    std::uint64_t trimmed_away = 0;
    std::uint64_t refusals = 0;
    std::uint64_t standstills = 0;
    std::uint64_t over_share = 0;
    std::uint64_t undecidable = 0;
    std::uint64_t forgotten_keys = 0;

    [[nodiscard]] std::array<std::pair<std::string_view, std::uint64_t>, 13> named() const noexcept;
    Counts& operator+=(const Counts& other) noexcept;
  };
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  void note(const MemoryEngine::Stored& stored);
  void note_keys(const cluster::Group& group);
  void trace(const std::string& what) const;
  [[nodiscard]] Node* some_node();
  void start_node(std::size_t number);
  void post();
  void scrape(const std::string& scraper);
  void break_something();
  void restart_left_behind();
  void stand_still();
  void stop_replicas();
  void pass(SteadyTime until);
  void end_faults();
  [[nodiscard]] std::string held(const std::string& scraper);
  [[nodiscard]] bool all_have_all() const;
  void hand_out_one_more();
  void ask_and_take_nothing();
  void check_scrapers(std::vector<std::string>& wrong);
  void check_states(std::vector<std::string>& wrong);
  void check_starts(std::vector<std::string>& wrong);

  const Kind kind_;
  Scheduler scheduler_;
  Oracle oracle_;
  Faults faults_;
  NetworkFaults network_;
  cluster::Agreement agreement_;
  MemoryEngine engine_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::string> scrapers_;
  EventNumber last_event_ = 0;
  std::uint64_t events_in_log_ = 0;
  std::map<std::uint64_t, std::uint64_t> keys_in_log_;  // at which of these each came first
  const bool is_traced_;
  bool is_posting_ = true;
  bool is_scraping_ = true;
  bool is_breaking_ = true;
  bool is_standing_still_ = false;
  Counts counts_;
};

}  // namespace oneshot::simulation
