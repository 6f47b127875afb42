// SPDX-License-Identifier: MIT
// Ten thousand damaged storage files (ONESHOT_DAMAGED_FILES) through EmbeddedQueue::open. Each is refused with a line
// that says what to do, or opens; then whoever is known gets nothing but what was stored, each event at most once, and
// new events arrive.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "storage/format.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

constexpr std::uint64_t capacity = 1 << 20;
constexpr int events = 600;
const std::vector<std::string> scrapers = {"ada", "bob", "cleo", "dan", "eve"};

/// A folder in memory, where there is one: ten thousand files of 5 MiB are much for a disk.
struct Folder {
  std::string path;
  Folder() : path((::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + std::string("/oneshot-damaged-XXXXXX")) {
    REQUIRE(::mkdtemp(path.data()) != nullptr);
  }
  ~Folder() {
    for (const char* name : {"/events.log", "/events.log.new"}) ::unlink((path + name).c_str());
    ::rmdir(path.c_str());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file() const { return path + "/events.log"; }
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Only where it is not zeros: most of the table of scrapers is not used.
void write_file(const std::string& path, const std::string& bytes) {
  const std::string zeros(65536, '\0');
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  REQUIRE(fd.get() >= 0);
  REQUIRE(::ftruncate(fd.get(), static_cast<off_t>(bytes.size())) == 0);
  for (std::size_t at = 0; at < bytes.size(); at += zeros.size()) {
    const std::size_t part = std::min(zeros.size(), bytes.size() - at);
    if (std::memcmp(&bytes[at], zeros.data(), part) == 0) continue;
    REQUIRE(::pwrite(fd.get(), &bytes[at], part, static_cast<off_t>(at)) == static_cast<ssize_t>(part));
  }
}

Options options_for(const std::string& path) {
  Options options;
  options.storage.capacity_bytes = capacity;
  options.storage.path = path;
  options.startup_hold = 0ms;
  options.storage.sync = storage::Sync::none;
  options.names = {"ada"};
  return options;
}

std::string text_of(int number) {
  return "id=\"" + std::to_string(number) + "\",pad=\"" + std::string(static_cast<std::size_t>(number) % 300, 'x') +
         "\"";
}

/// Good files of three kinds: of a program that was killed in its first round of the ring or in a later one, with
/// batches in flight; and of one that ended in good order.
struct Good {
  std::string bytes;
  std::set<std::string, std::less<>> texts;

  Good(const std::string& path, int rounds, bool killed) {
    ::unlink(path.c_str());
    Fixture f;
    f.options = options_for(path);
    std::vector<std::unique_ptr<Delivery>> in_flight;
    for (const std::string& name : scrapers) f.register_at_end(name);
    int number = 0;
    for (int round = 0; round < rounds; ++round) {
      for (int n = 0; n < 4000; ++n) store(f, number++);
      for (const std::string& name : scrapers) {
        while (!f.scrape(name).empty()) {
        }
      }
    }
    for (int n = 0; n < events; ++n) {
      store(f, number++);
      if (n == 100) f.scrape("bob");
      if (n == 200) in_flight.push_back(f.take("cleo"));
      if (n == 300) in_flight.push_back(f.take("dan"));
    }
    if (!in_flight.empty()) in_flight.front()->handed_over();
    if (killed) bytes = read_file(path);
    in_flight.clear();
    f.embedded.reset();
    if (!killed) bytes = read_file(path);
    REQUIRE(bytes.size() == storage::format::default_ring_offset + capacity);
  }
  /// Damage may bring a scraper back to what was delivered long ago.
  void store(Fixture& f, int number) {
    const std::string text = text_of(number);
    texts.insert(text);
    REQUIRE(f.append(text) == Stored::stored);
  }
};

class Vandal {
 public:
  Vandal(std::string bytes, unsigned seed) : bytes_(std::move(bytes)), random_(seed) {
    std::memcpy(&salt_, &bytes_[offsetof(storage::Layout, salt)], sizeof salt_);
  }

  std::string work() {
    for (int i = 1 + below(3); i > 0 && bytes_.size() >= whole; --i) damage();
    return std::move(bytes_);
  }

 private:
  static constexpr std::size_t whole = storage::format::default_ring_offset + capacity;

  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  std::size_t offset(std::size_t begin, std::size_t length) {
    return begin + std::uniform_int_distribution<std::size_t>(0, length - 1)(random_);
  }
  /// Where something is. The first 48 bytes are rare: a file that is refused for them shows nothing else.
  std::size_t somewhere() {
    switch (below(20)) {
      case 0:
        return offset(0, 48);
      case 1:
      case 2:
      case 3:
        return offset(128, sizeof(storage::Header) - 128);
      case 4:
        return offset(storage::format::in_flight_offset, 128);
      case 5:
      case 6:
      case 7:
      case 8:
      case 9:
        return offset(storage::format::slots_offset, 8 * sizeof(storage::ScraperSlot));
      case 10:
        return offset(storage::format::key_table_offset, 1024);
      default:
        return record();
    }
  }
  /// A record's first byte, or one of the 40 after it; or anywhere in the ring.
  std::size_t record() {
    const std::size_t start = offset(storage::format::default_ring_offset, capacity - 4096) & ~std::size_t{7};
    if (below(4) == 0) return start;
    const std::size_t text = bytes_.find("id=\"", start);
    return text == std::string::npos || text < start + 32 ? start : text - 32 + offset(0, 40);
  }
  std::uint64_t word(std::size_t at) {
    std::uint64_t value = 0;
    std::memcpy(&value, &bytes_[at], sizeof value);
    return value;
  }
  void put(std::size_t at, std::uint64_t value) { std::memcpy(&bytes_[at], &value, sizeof value); }
  /// A word that was forged with everything that vouches for it: a offset of any kind.
  void forge(std::size_t at) {
    const std::uint64_t offsets[] = {0,
                                     8,
                                     capacity,
                                     storage::CheckedWord::none,
                                     1ull << 40,
                                     1ull << 55,
                                     storage::CheckedWord::none - 8,
                                     word(at) >> 11 << 3};
    const std::uint64_t offset = (offsets[below(8)] + static_cast<std::uint64_t>(below(3)) * 8) & ~7ull;
    put(at, storage::CheckedWord{.offset = offset, .flag = below(2) == 0}.encode(salt_, at));
  }
  void damage() {
    const std::size_t at = somewhere();
    const std::size_t aligned = at & ~std::size_t{7};
    const std::size_t its_page = at / page * page;
    switch (below(12)) {
      case 0:
      case 1:
        bytes_[at] = static_cast<char>(bytes_[at] ^ (1 << below(8)));
        break;
      case 2:
        for (std::size_t i = at, last = std::min(whole, at + 1 + offset(0, 64)); i < last; ++i)
          bytes_[i] = static_cast<char>(below(256));
        break;
      case 3:
        std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(its_page), page, '\0');
        break;
      case 4:
        std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(its_page), page, '\xff');
        break;
      case 5: {
        const std::size_t other = somewhere() / page * page;
        std::swap_ranges(&bytes_[its_page], &bytes_[its_page] + page, &bytes_[other]);
        break;
      }
      case 6:
        bytes_.resize(below(2) == 0 ? offset(0, whole) : whole - 1 - offset(0, 5000));
        break;
      case 7: {  // words trade places
        const std::size_t other = somewhere() & ~std::size_t{7};
        const std::uint64_t mine = word(aligned);
        put(aligned, word(other));
        put(other, mine);
        break;
      }
      case 8: {  // a scraper's entry over another's
        const std::size_t from = storage::format::slots_offset + sizeof(storage::ScraperSlot) * offset(0, 6);
        const std::size_t to = storage::format::slots_offset + sizeof(storage::ScraperSlot) * offset(0, 6);
        std::memmove(&bytes_[to], &bytes_[from], sizeof(storage::ScraperSlot));
        break;
      }
      case 9: {  // records somewhere else
        const std::size_t from = record() & ~std::size_t{7};
        const std::size_t to = record() & ~std::size_t{7};
        const std::size_t length = std::min({whole - from, whole - to, 8 * (1 + offset(0, 200))});
        std::memmove(&bytes_[to], &bytes_[from], length);
        break;
      }
      case 10: {
        const std::uint64_t words[] = {~0ull, 1ull << 63, 0, word(aligned) + 8, word(aligned) << 8, 0x7fffffff};
        put(aligned, words[below(6)]);
        break;
      }
      default: {
        const std::size_t places[] = {offsetof(storage::Header, reserved_end), offsetof(storage::Header, hold),
                                      offsetof(storage::Header, end)};
        const std::size_t slot = storage::format::slots_offset + sizeof(storage::ScraperSlot) * offset(0, 5);
        forge(below(3) == 0 ? places[below(3)] : slot + (below(2) == 0 ? 8 : 16));
      }
    }
  }

  std::string bytes_;
  std::mt19937 random_;
  std::uint64_t salt_ = 0;
};

/// All that this scraper gets, which must be of what was stored and nothing twice; how many that were.
std::size_t drain(Fixture& f, std::string_view scraper, const Good& good) {
  std::set<std::string, std::less<>> seen;
  for (;;) {
    const Texts some = f.scrape(scraper);
    for (const std::string& text : some) {
      REQUIRE_MESSAGE(good.texts.contains(text), text);
      REQUIRE_MESSAGE(seen.insert(text).second, text);
    }
    if (some.empty()) return seen.size();
  }
}

std::size_t use(Fixture& f, const Good& good, unsigned seed) {
  std::size_t most = 0;
  for (const std::string& name : scrapers) most = std::max(most, drain(f, name, good));
  drain(f, "new", good);
  f.clock.advance(1s);
  f.queue().tick();
  for (int i = seed % 16 == 0 ? 200 : 1; i > 0; --i) {  // sometimes round the ring
    const std::string text = "now=\"" + std::string(seed % 16 == 0 ? 8000 : 10, 'n') + std::to_string(i) + "\"";
    REQUIRE(f.append(text) == Stored::stored);
    f.clock.advance(10ms);  // two series may share a word of Timestamps, and then the later one is a little ahead
    for (const char* name : {"new", "ada"}) {
      const Texts got = f.scrape(name);
      REQUIRE_MESSAGE(got == Texts{text}, name, " got ", got.size(), ", and ", f.numbers(name).waiting, " wait");
    }
  }
  return most;
}

int files() {
  const char* const given = std::getenv("ONESHOT_DAMAGED_FILES");
  return given == nullptr ? 10'000 : std::atoi(given);
}

TEST_CASE("damaged files are refused with what to do, or open and give out only what was stored") {
  log::set_level(log::Level::error);
  const Folder folder;
  const std::string path = folder.file();
  std::vector<std::unique_ptr<Good>> good;
  good.push_back(std::make_unique<Good>(path, 0, true));
  good.push_back(std::make_unique<Good>(path, 3, true));
  good.push_back(std::make_unique<Good>(path, 2, false));
  int refused = 0;
  int served = 0;
  std::size_t left = 0;
  for (int number = 0; number < files(); ++number) {
    CAPTURE(number);
    const Good& base = *good[static_cast<std::size_t>(number) % good.size()];
    write_file(path, Vandal(base.bytes, static_cast<unsigned>(number)).work());
    Fixture f;
    f.options = options_for(path);
    f.options.explicit_timestamps = number % 5 == 0;
    auto opened = EmbeddedQueue::open(f.options, f.clock);
    if (!opened) {
      ++refused;
      CHECK(opened.error().is_lasting);
      const auto says = [&](std::string_view what) { return opened.error().text.find(what) != std::string::npos; };
      CHECK((says(path) && (says("storage.path") || says("move it away"))));
      continue;
    }
    f.embedded = std::move(*opened);
    ++served;
    left += use(f, base, static_cast<unsigned>(number));
  }
  MESSAGE(refused, " refused, ", served, " served, with ", left / static_cast<std::size_t>(std::max(served, 1)),
          " events for the scraper that got most, where ", events, " waited");
  CHECK(refused > 0);
  CHECK(served > files() / 2);
  CHECK(left > static_cast<std::size_t>(served) * events / 3);
}

}  // namespace
}  // namespace oneshot::queue::test
