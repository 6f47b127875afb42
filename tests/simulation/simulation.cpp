// SPDX-License-Identifier: MIT
//
// N replicas on one log, in one process, by the dice of a seed: with one seed everything happens again in the same way.
//
//   simulation FIRST LAST     these seeds: what each that fails has found, and the sums; ends with 1 where one fails
//   simulation SEED           this one, with all that happens
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "simulation/world.hpp"

namespace oneshot::simulation {
namespace {

bool run(std::uint64_t seed, bool is_traced, World::Counts& sum) {
  World world(seed, is_traced);
  const std::vector<std::string> wrong = world.run();
  for (const std::string& what : wrong) std::printf("seed %" PRIu64 ": %s\n", seed, what.c_str());
  sum += world.counts();
  return wrong.empty();
}

int run_all(std::uint64_t first, std::uint64_t last, bool is_traced) {
  World::Counts sum;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed)
    if (!run(seed, is_traced, sum)) ++failed;
  std::printf("%" PRIu64 " seeds, %" PRIu64 " failed\n", last - first + 1, failed);
  for (const auto& [name, count] : sum.named()) std::printf("%12" PRIu64 "  %s\n", count, name.data());
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace oneshot::simulation

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fputs("usage: simulation FIRST LAST (seeds, such as 1 1000), or simulation SEED to see all of one\n", stderr);
    return 2;
  }
  oneshot::log::set_level(oneshot::log::Level::error);
  const std::uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t last = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : first;
  return oneshot::simulation::run_all(first, last, argc == 2);
}
