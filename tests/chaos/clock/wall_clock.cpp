// SPDX-License-Identifier: MIT
//
// Set the wall clock of one process: load this before all other libraries (LD_PRELOAD), and name a file in
// ONESHOT_WALL_CLOCK that holds two native integers of 64 bits: the milliseconds by which the clock is ahead, and how
// often somebody has asked for the time since.
//
// Only what reads the wall clock is replaced. libfaketime 0.9.10 replaces timerfd_settime() as well, and moves the time
// of every absolute timer as if that were of the wall clock: a timer of CLOCK_MONOTONIC that is due at once, as Asio's
// reactor sets it, never ends where the clock is a day behind, and is refused where it is ahead.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

struct Setting {
  std::atomic<std::int64_t> ahead_ms;
  std::atomic<std::int64_t> asked;
};

Setting* map_setting() noexcept {
  const char* const path = std::getenv("ONESHOT_WALL_CLOCK");  // NOLINT(concurrency-mt-unsafe): nobody sets variables
  const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
  void* const mapped = ::mmap(nullptr, sizeof(Setting), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    ::dprintf(STDERR_FILENO, "wall_clock: ONESHOT_WALL_CLOCK must name a file of %zu bytes\n", sizeof(Setting));
    std::abort();
  }
  ::close(file);
  return static_cast<Setting*>(mapped);
}

/// The kernel's own, in nanoseconds, and by a system call: what loads this may ask before dlsym() can be used.
std::int64_t kernel_ns(clockid_t clock) noexcept {
  timespec now{};
  ::syscall(SYS_clock_gettime, clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t wall_ns(clockid_t clock) noexcept {
  static Setting* const setting = map_setting();
  setting->asked.fetch_add(1, std::memory_order_relaxed);
  return kernel_ns(clock) + setting->ahead_ms.load(std::memory_order_relaxed) * 1'000'000;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (!is_wall) return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  const std::int64_t ns = wall_ns(clock);
  *now = {.tv_sec = static_cast<time_t>(ns / 1'000'000'000), .tv_nsec = static_cast<long>(ns % 1'000'000'000)};
  return 0;
}

int gettimeofday(timeval* now, void*) noexcept {
  const std::int64_t us = wall_ns(CLOCK_REALTIME) / 1000;
  *now = {.tv_sec = static_cast<time_t>(us / 1'000'000), .tv_usec = static_cast<suseconds_t>(us % 1'000'000)};
  return 0;
}

time_t time(time_t* now) noexcept {
  const auto seconds = static_cast<time_t>(wall_ns(CLOCK_REALTIME) / 1'000'000'000);
  if (now != nullptr) *now = seconds;
  return seconds;
}
}
