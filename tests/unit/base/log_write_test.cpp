// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "base/unique_fd.hpp"

using namespace oneshot;

namespace {

/// Standard error is a small pipe as long as this lives.
class StderrPipe {
 public:
  StderrPipe() : saved_(::dup(STDERR_FILENO)) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reader_.reset(ends[0]);
    REQUIRE(::fcntl(ends[1], F_SETPIPE_SZ, 16384) > 0);
    REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    REQUIRE(::dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    ::close(ends[1]);
  }
  ~StderrPipe() { ::dup2(saved_.get(), STDERR_FILENO); }
  StderrPipe(const StderrPipe&) = delete;
  StderrPipe& operator=(const StderrPipe&) = delete;

  /// All that is in the pipe now.
  std::string read() {
    std::string text;
    std::array<char, 4096> chunk;
    for (;;) {
      const ssize_t got = ::read(reader_.get(), chunk.data(), chunk.size());
      if (got <= 0) return text;
      text.append(chunk.data(), static_cast<std::size_t>(got));
    }
  }
  void close_reader() { reader_.reset(); }

 private:
  UniqueFd saved_;
  UniqueFd reader_;
};

/// Lines without their time.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    std::string line = text.substr(at, end - at);
    if (line.starts_with("ts=")) line.erase(0, line.find(' ') + 1);
    lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("a line goes to standard error, those below the level do not") {
  std::vector<std::string> lines;
  {
    StderrPipe pipe;
    log::set_level(log::Level::warn);
    log::info("not this");
    log::warn("this", {{"n", 1}});
    log::set_level(log::Level::debug);
    log::debug("and this");
    log::set_level(log::Level::info);
    lines = lines_of(pipe.read());
  }
  CHECK(lines == std::vector<std::string>{"level=warn msg=\"this\" n=1", "level=debug msg=\"and this\""});
  CHECK(log::enabled(log::Level::info));
  CHECK_FALSE(log::enabled(log::Level::debug));
}

TEST_CASE("when nobody reads, lines are dropped at once, and counted in the next that gets through") {
  std::vector<std::string> before;
  std::vector<std::string> after;
  {
    StderrPipe pipe;
    const std::string filler(3000, 'x');
    for (int i = 0; i < 100; ++i) log::error(filler);  // would block for ever if it could
    before = lines_of(pipe.read());
    log::info("read again");
    log::info("and again");
    after = lines_of(pipe.read());
  }
  REQUIRE(before.size() >= 1);
  const std::string dropped = std::to_string(100 - before.size());
  CHECK(after ==
        std::vector<std::string>{"level=warn msg=\"log lines lost, nobody read standard error\" dropped=" + dropped,
                                 "level=info msg=\"read again\"", "level=info msg=\"and again\""});
}

TEST_CASE("a reader that has gone does no harm") {
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  {
    StderrPipe pipe;
    pipe.close_reader();
    log::error("nobody hears this");
  }
  std::vector<std::string> lines;
  {
    StderrPipe pipe;
    log::info("here again");
    lines = lines_of(pipe.read());
  }
  std::signal(SIGPIPE, old_handler);
  CHECK(lines == std::vector<std::string>{"level=warn msg=\"log lines lost, nobody read standard error\" dropped=1",
                                          "level=info msg=\"here again\""});
}

TEST_CASE("lines of several threads do not mix") {
  constexpr int threads = 4;
  constexpr int lines_each = 200;
  std::string text;
  {
    StderrPipe pipe;
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t) {
      writers.emplace_back([t] {
        const std::string payload(200, static_cast<char>('a' + t));
        for (int i = 0; i < lines_each; ++i) log::info(payload);
      });
    }
    for (auto& writer : writers) writer.join();
    text = pipe.read();
    log::info("end");  // says how many found no room
    text += pipe.read();
  }
  int whole = 0;
  int lost = 0;
  for (const auto& line : lines_of(text)) {
    const std::string before = "level=info msg=\"";
    if (const auto count = line.find("dropped="); count != std::string::npos) {
      lost += std::stoi(line.substr(count + 8));
      continue;
    }
    REQUIRE(line.starts_with(before));
    const auto payload = line.substr(before.size(), line.size() - before.size() - 1);
    if (payload == "end") continue;
    CHECK(payload == std::string(200, payload[0]));
    ++whole;
  }
  CHECK(whole >= 1);
  CHECK(whole + lost == threads * lines_each);
}
