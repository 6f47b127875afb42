// SPDX-License-Identifier: MIT
#include "app/own_metrics/process_metrics.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/numbers.hpp"
#include "base/unique_fd.hpp"

namespace oneshot::app {
namespace {

using exposition::MetricType;
using exposition::Writer;

/// Files of /proc say that they are empty and are made up while they are read.
std::string read_whole(const char* path) {
  std::string text;
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return text;
  std::array<char, 4096> piece;
  for (ssize_t n = 0; (n = ::read(file.get(), piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(n));
  return text;
}

/// Takes the next word; 0 where it is no whole number (the columns that matter always are).
std::uint64_t take_number(std::string_view& text) noexcept {
  const std::size_t begin = std::min(text.find_first_not_of(" \n"), text.size());
  const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
  const std::uint64_t number = parse_whole_number(text.substr(begin, end - begin)).value_or(0);
  text.remove_prefix(end);
  return number;
}

std::optional<std::uint64_t> boot_unix_seconds() {
  const std::string text = read_whole("/proc/stat");
  const std::size_t line = text.find("\nbtime ");
  if (line == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(text).substr(line + 7);
  return take_number(rest);
}

std::optional<std::uint64_t> count_open_fds() {
  struct CloseDir {
    void operator()(DIR* dir) const noexcept { ::closedir(dir); }
  };
  const std::unique_ptr<DIR, CloseDir> dir(::opendir("/proc/self/fd"));
  if (!dir) return std::nullopt;
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(dir.get()))  // safe beside other threads: the stream is our own
    if (entry->d_name[0] != '.') ++count;
  return count - 1;  // without the one that counts
}

std::optional<ProcessUsage> usage_now() {
  return parse_process_stat(read_whole("/proc/self/stat"), static_cast<double>(::sysconf(_SC_CLK_TCK)),
                            static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
}

std::optional<std::uint64_t> most_fds() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(limit.rlim_cur);
}

void append_usage(Writer& writer, const ProcessUsage& usage) {
  writer.single("process_cpu_seconds_total", MetricType::counter, "Total user and system CPU time spent in seconds.",
                usage.cpu_seconds);
  writer.single("process_resident_memory_bytes", MetricType::gauge, "Resident memory size in bytes.",
                usage.resident_bytes);
  writer.single("process_virtual_memory_bytes", MetricType::gauge, "Virtual memory size in bytes.",
                usage.virtual_bytes);
}

template <class Number>
void append_if_known(Writer& writer, std::string_view name, std::string_view help, std::optional<Number> number) {
  if (!number) return;
  writer.single(name, MetricType::gauge, help, *number);
}

}  // namespace

std::optional<ProcessUsage> parse_process_stat(std::string_view text, double ticks_per_second,
                                               std::uint64_t page_bytes) noexcept {
  // The name stands in parentheses and may hold some itself: the columns begin behind the last one.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 1);
  std::array<std::uint64_t, 25> columns{};  // proc(5) counts from 1, and the name is the second
  for (std::size_t i = 3; i < columns.size(); ++i) columns[i] = take_number(text);
  constexpr std::size_t utime = 14;
  constexpr std::size_t stime = 15;
  constexpr std::size_t starttime = 22;
  constexpr std::size_t vsize = 23;
  constexpr std::size_t rss = 24;
  if (columns[vsize] == 0) return std::nullopt;
  return ProcessUsage{.cpu_seconds = static_cast<double>(columns[utime] + columns[stime]) / ticks_per_second,
                      .started_after_boot = static_cast<double>(columns[starttime]) / ticks_per_second,
                      .virtual_bytes = columns[vsize],
                      .resident_bytes = columns[rss] * page_bytes};
}

ProcessMetrics::Taken ProcessMetrics::take(std::optional<double> known_start) {
  Taken taken{
      .usage = usage_now(), .start_unix_seconds = known_start, .open_fds = count_open_fds(), .max_fds = most_fds()};
  if (!taken.usage || known_start) return taken;
  if (const auto boot = boot_unix_seconds())
    taken.start_unix_seconds = static_cast<double>(*boot) + taken.usage->started_after_boot;
  return taken;
}

/// Who comes while another measures waits for that; a second later all have the same figures.
ProcessMetrics::Taken ProcessMetrics::latest() const {
  const SteadyTime now = clock_.coarse_steady();
  const std::lock_guard lock(mutex_);
  if (!taken_at_ || now - *taken_at_ >= std::chrono::seconds(1)) {
    last_ = take(last_.start_unix_seconds);
    taken_at_ = now;
  }
  return last_;
}

void ProcessMetrics::append_to(Writer& writer) const {
  const Taken taken = latest();
  if (taken.usage) append_usage(writer, *taken.usage);
  append_if_known(writer, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
                  taken.start_unix_seconds);
  append_if_known(writer, "process_open_fds", "Number of open file descriptors.", taken.open_fds);
  append_if_known(writer, "process_max_fds", "Maximum number of open file descriptors.", taken.max_fds);
}

}  // namespace oneshot::app
