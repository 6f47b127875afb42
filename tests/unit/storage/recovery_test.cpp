// SPDX-License-Identifier: MIT
//
// Files as damage, other programs and power cuts leave them.
#include <doctest/doctest.h>

#include <cstddef>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "event_log/record.hpp"
#include "support/captured_log.hpp"
#include "unit/queue/storage_fixture.hpp"

using namespace oneshot;
using namespace oneshot::queue;
using namespace oneshot::queue::test;

namespace {

/// Ten events n0 to n9 that wait for the scraper "a".
struct Ten : StorageFixture {
  Ten() {
    register_at_end("a");
    store(10);
  }
  [[nodiscard]] std::uint64_t record_of(std::string_view text) const {
    return offset_of(text) - sizeof(event_log::Record);
  }
};

constexpr std::uint64_t slot_offset = storage::format::slots_offset;

}  // namespace

TEST_CASE("a record whose text is damaged is skipped, counted and logged, and the others are there") {
  Ten f;
  SUBCASE("after an end in good order") { f.end(); }
  SUBCASE("after a kill") { f.kill(); }
  SUBCASE("after the loss of power") { f.lose_power(); }
  f.damage(f.offset_of("n3"));
  const oneshot::test::CapturedLog log;
  CHECK(f.numbers("a").dropped_damaged == 1);
  CHECK(log.count("events lost: parts of the event log cannot be read") == 1);
  Texts rest = numbered(0, 10);
  rest.erase(rest.begin() + 3);
  CHECK(f.scrape("a") == rest);
  f.end();
  CHECK(f.numbers("a").dropped_damaged == 0);  // it was counted by the program before
}

TEST_CASE("a record whose header is damaged anywhere is skipped") {
  for (std::uint64_t byte = 0; byte < sizeof(event_log::Record); ++byte) {
    CAPTURE(byte);
    Ten f;
    byte % 2 == 0 ? f.end() : f.kill();
    f.damage(f.record_of("n5") + byte);
    CHECK(f.numbers("a").dropped_damaged == 1);
    CHECK(f.scrape("a").size() == 9);
    f.store(1);
    CHECK(f.scrape("a") == numbered(10, 11));
  }
}

TEST_CASE("the last record is missed too when it is damaged") {
  Ten f;
  SUBCASE("its text") {
    f.kill();
    f.damage(f.offset_of("n9"));
  }
  SUBCASE("its header, after an end in good order") {
    f.end();
    f.damage(f.record_of("n9") + 8);
  }
  CHECK(f.numbers("a").dropped_damaged == 1);
  CHECK(f.scrape("a") == numbered(0, 9));
}

TEST_CASE("an event that was being written at the kill is no damage") {
  Ten f;
  f.kill();
  const std::uint64_t record = f.record_of("n5");
  f.damage(record + 8);
  f.write(storage::format::in_flight_offset,
          record - storage::format::default_ring_offset);  // in the first round of the ring
  CHECK(f.numbers("a").dropped_damaged == 0);
  CHECK(f.scrape("a").size() == 9);
}

TEST_CASE("text that looks like a record is none") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(1);
  f.end();
  // A label value may be any bytes: here it is a record of this very file, a valid one where it stood.
  std::string text(40, '\0');
  const std::uint64_t record = f.offset_of("n0") - sizeof(event_log::Record);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = f.read<char>(record + i);
  REQUIRE(f.append("marker" + text) == Stored::stored);
  REQUIRE(f.append("y") == Stored::stored);
  f.end();
  f.damage(f.offset_of("marker") - sizeof(event_log::Record));  // the search goes through its text
  CHECK(f.scrape("a") == Texts{"n0", "y"});
}

TEST_CASE("a scraper whose cursor is damaged gets all that is in the log") {
  Ten f;
  f.scrape("a");
  f.store(1);
  f.end();
  f.damage(slot_offset + offsetof(storage::ScraperSlot, cursor) + 3);
  const oneshot::test::CapturedLog log;
  CHECK(f.scrape("a").size() >= 1);
  CHECK(log.count("where this scraper stood is damaged") == 1);
}

TEST_CASE("a damaged entry of the table is no scraper, and the others are") {
  for (const std::size_t at : {offsetof(storage::ScraperSlot, used), offsetof(storage::ScraperSlot, name_length) + 7,
                               offsetof(storage::ScraperSlot, name)}) {
    Ten f;
    f.register_at_end("b");
    f.store(1);
    f.end();
    f.damage(slot_offset + at);
    const oneshot::test::CapturedLog log;
    CHECK(f.scrape("b") == numbered(10, 11));
    CHECK_FALSE(f.known("a"));
    CHECK(log.count("scrapers lost") == 1);
  }
}

TEST_CASE("a header that is not whole stops the start, whatever word it is") {
  for (const std::size_t at :
       {offsetof(storage::Layout, slots), offsetof(storage::Layout, capacity), offsetof(storage::Layout, salt),
        offsetof(storage::Layout, checksum), offsetof(storage::Header, reserved_end), offsetof(storage::Header, hold),
        offsetof(storage::Header, end), offsetof(storage::Header, latest_unix_ms),
        offsetof(storage::Header, skew_ranges)}) {
    CAPTURE(at);
    Ten f;
    f.end();
    f.damage(at + 2);
    const storage::Error error = f.refusal();
    CHECK(error.is_lasting);
    CHECK(error.text.find("has a damaged header: move it away to begin with an empty one") != std::string::npos);
  }
}

TEST_CASE("files of others, of later versions, cut short, and what is no file stop the start") {
  Ten f;
  f.end();
  SUBCASE("foreign") {
    f.write(0, std::array<char, 8>{'S', 'Q', 'L', 'i', 't', 'e', ' ', '3'});
    CHECK(f.refusal().text.find("is not an event log of this program") != std::string::npos);
  }
  SUBCASE("shorter than any header") {
    std::filesystem::resize_file(f.options.storage.path, 7);
    CHECK(f.refusal().text.find("is not an event log of this program") != std::string::npos);
  }
  SUBCASE("of version 3") {
    f.write(offsetof(storage::Layout, version), std::uint32_t{3});
    CHECK(f.refusal().text.find("format version 3, and this program knows versions 1 and 2") != std::string::npos);
  }
  SUBCASE("cut short") {
    std::filesystem::resize_file(f.options.storage.path, storage::format::default_ring_offset + 15 * page);
    CHECK(f.refusal().text.find("is cut short") != std::string::npos);
  }
  SUBCASE("a folder") {
    std::filesystem::remove(f.options.storage.path);
    std::filesystem::create_directory(f.options.storage.path);
    CHECK(f.refusal().is_lasting);
    CHECK(f.refusal().text.find("it is a folder") != std::string::npos);
  }
}

TEST_CASE("what only the machine can mend is no lasting error") {
  StorageFixture f;
  f.options.storage.path = f.folder.file("missing") + "/events.log";
  const storage::Error error = f.refusal();
  CHECK_FALSE(error.is_lasting);
  CHECK(error.text.find("there is no folder ") != std::string::npos);
}

TEST_CASE("an empty file becomes an event log, and so does what a start that was cut off has left") {
  StorageFixture f;
  std::ofstream(f.options.storage.path).close();
  std::ofstream(f.options.storage.path + ".new") << "oneshot\n and no more";
  f.register_at_end("a");
  f.store(1);
  f.kill();
  CHECK(f.scrape("a") == numbered(0, 1));
  CHECK_FALSE(std::filesystem::exists(f.options.storage.path + ".new"));
  CHECK(std::filesystem::status(f.options.storage.path).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("a file that is reached by a link stays where it is") {
  StorageFixture f;
  const std::string link = f.folder.file("link");
  f.register_at_end("a");
  f.store(1);
  f.end();
  std::filesystem::create_symlink(f.options.storage.path, link);
  f.options.storage.path = link;
  f.options.storage.capacity_bytes = 32 * page;
  CHECK(f.scrape("a") == numbered(0, 1));
  CHECK(std::filesystem::is_symlink(link));
}

TEST_CASE("damage is told although the first start that saw it was refused") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(1000);
  f.end();
  f.damage(f.offset_of("n500"));
  f.options.storage.capacity_bytes = 4 * page;
  static_cast<void>(f.refusal());  // too small
  f.options.storage.capacity_bytes = 16 * page;
  const oneshot::test::CapturedLog log;
  CHECK(f.numbers("a").dropped_damaged == 1);
  CHECK(log.count("parts of the event log cannot be read") == 1);
}

TEST_CASE("a link to a file that is not there yet leads to where it is made") {
  StorageFixture f;
  const std::string link = f.folder.file("link");
  std::filesystem::create_symlink("target", link);
  f.options.storage.path = link;
  f.queue();
  CHECK(std::filesystem::is_symlink(link));
  CHECK(std::filesystem::is_regular_file(f.folder.file("target")));
}

TEST_CASE("a file of somebody else beside the event log is left alone") {
  StorageFixture f;
  const std::string beside = f.options.storage.path + ".new";
  const auto content = [&] {
    std::ifstream file(beside);
    return std::string((std::istreambuf_iterator<char>(file)), {});
  };
  SUBCASE("when the log is opened") {
    f.store(1);
    f.end();
    std::ofstream(beside) << "mine";
    f.queue();
  }
  SUBCASE("when it is made") {
    std::ofstream(beside) << "mine";
    static_cast<void>(EmbeddedQueue::open(f.options, f.clock).has_value());
  }
  CHECK(content() == "mine");
}

TEST_CASE("a start with many scrapers and much damage does not take long") {
  StorageFixture f;
  f.options.storage.capacity_bytes = 8u << 20;
  f.options.max_unnamed = 4000;
  f.queue();
  for (int i = 0; i < 4000; ++i) static_cast<void>(f.enter("s" + std::to_string(i)));
  f.store(100000);
  f.end();
  {
    std::fstream file(f.options.storage.path, std::ios::binary | std::ios::in | std::ios::out);
    for (int i = 0; i < 100000; i += 2) {
      file.seekp(
          static_cast<std::streamoff>(storage::format::default_ring_offset + 40u * static_cast<unsigned>(i) + 8));
      file.put('\x55');
    }
  }
  const std::clock_t begin = std::clock();  // of the processor: the machine may be busy with something else
  f.queue();
  const std::clock_t took = std::clock() - begin;
  CHECK(took < 2 * CLOCKS_PER_SEC);  // some 15 ms
}
