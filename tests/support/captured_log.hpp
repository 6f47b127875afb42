// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace oneshot::test {

/// Standard error goes into memory while this lives.
class CapturedLog {
 public:
  CapturedLog() : before_(::dup(2)), captured_(::memfd_create("log", MFD_CLOEXEC)) {
    REQUIRE(before_.get() >= 0);
    REQUIRE(::dup2(captured_.get(), 2) == 2);
  }
  ~CapturedLog() { ::dup2(before_.get(), 2); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  [[nodiscard]] std::string text() const {
    std::string all(static_cast<std::size_t>(::lseek(captured_.get(), 0, SEEK_END)), '\0');
    REQUIRE(::pread(captured_.get(), all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
    return all;
  }
  /// How often this occurs.
  [[nodiscard]] int count(std::string_view what) const {
    const std::string all = text();
    int found = 0;
    for (std::size_t at = all.find(what); at != std::string::npos; at = all.find(what, at + 1)) ++found;
    return found;
  }

 private:
  UniqueFd before_;
  UniqueFd captured_;
};

}  // namespace oneshot::test
