// SPDX-License-Identifier: MIT
#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

#include "event_log/ring.hpp"

namespace oneshot::test {

/// For each of the pages that begin there `a` where the kernel brings it alone, `-` where it reads ahead: what smaps
/// says of this process (`rr` among VmFlags, proc_pid_smaps(5)).
inline std::string pages_read_alone(const void* begin, std::uint64_t count) {
  const std::uint64_t page = event_log::Ring::page_size();
  const auto base = reinterpret_cast<std::uint64_t>(begin);
  std::string pages(count, '-');
  std::string mapping;  // its first line, which begins with where it lies
  std::ifstream smaps("/proc/self/smaps");
  for (std::string line; std::getline(smaps, line);) {
    if (line.find('-') < line.find(':')) mapping = line;
    if (!line.starts_with("VmFlags:") || line.find(" rr") == std::string::npos) continue;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    if (std::sscanf(mapping.c_str(), "%" SCNx64 "-%" SCNx64, &from, &to) != 2) continue;
    for (std::uint64_t number = 0; number < count; ++number)
      if (base + number * page >= from && base + number * page < to) pages[number] = 'a';
  }
  return pages;
}

}  // namespace oneshot::test
