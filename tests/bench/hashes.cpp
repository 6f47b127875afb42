// SPDX-License-Identifier: MIT
//
// What the hash with a key costs, and what it is for, beside the hash without one that 0.1.0 had. CPU of this thread.
//
//   hashes                    ns of one hash; ms to number the series of a scrape of 9,981 events, as a scrape does it:
//                             of ordinary labels, and of labels that somebody made to have one hash in 0.1.0
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "event/series_index.hpp"
#include "support/colliding_labels.hpp"

namespace oneshot::bench {
namespace {

using Hash = std::function<std::uint64_t(std::string_view)>;
constexpr std::size_t series = 9981;

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// The best of some rounds: what disturbs only adds.
double best_ns(int rounds, const std::function<void()>& run) {
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const double begin = cpu_ns();
    run();
    best = std::min(best, cpu_ns() - begin);
  }
  return best;
}

template <class F>
double ns_of_a_hash(std::size_t bytes, F hash) {
  constexpr int times = 1'000'000;
  std::string text(bytes, 'x');
  std::uint64_t last = 0;
  const double all = best_ns(5, [&] {
    for (int i = 0; i < times; ++i) {
      text[0] = static_cast<char>(last);  // each waits for the one before, as nothing in a request can be hashed ahead
      last = hash(std::string_view(text));
    }
  });
  return all / times;
}

double ms_to_number(const std::vector<std::string>& batch, const Hash& hash) {
  return 1e-6 * best_ns(3, [&] {
           event::SeriesIndex index;
           index.reserve(batch.size());
           for (std::size_t i = 0; i < batch.size(); ++i)
             index.add(static_cast<std::uint32_t>(i), hash(batch[i]), batch[i],
                       [&](std::uint32_t where) { return std::string_view(batch[where]); });
         });
}

/// 36 bytes each, as the hostile ones.
std::vector<std::string> ordinary_labels() {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < series; ++i) {
    const std::string number = std::to_string(i);
    all.push_back("a=\"" + std::string(32 - number.size(), '-') + number + "\"");
  }
  return all;
}

void print_table() {
  const Seed seed = random_seed();
  const auto keyed = [seed](std::string_view text) { return hash_bytes(text, seed); };
  std::printf("%-56s%12s%12s\n", "", "of 0.1.0", "now");
  for (const std::size_t bytes : {12U, 36U, 60U}) {
    std::printf("a hash of %zu bytes, ns %37s", bytes, "");
    bytes == 36 ? std::printf("%10.1f", ns_of_a_hash(bytes, test::hash_of_0_1_0)) : std::printf("%10s", "");
    std::printf("%12.1f\n", ns_of_a_hash(bytes, keyed));
  }
  const auto row = [&](const char* name, const std::vector<std::string>& labels) {
    std::printf("%-56s%12.2f%12.2f\n", name, ms_to_number(labels, test::hash_of_0_1_0), ms_to_number(labels, keyed));
  };
  row("series of a scrape of 9,981 events, ordinary labels, ms", ordinary_labels());
  row("the same, labels made to have one hash, ms", test::colliding_labels(series));
}

}  // namespace
}  // namespace oneshot::bench

int main() { oneshot::bench::print_table(); }
