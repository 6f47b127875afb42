// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "http/date.hpp"
#include "http/handler.hpp"
#include "http/memory_budget.hpp"
#include "http/statistics.hpp"
#include "net/options.hpp"
#include "net/session/errands.hpp"
#include "net/session/long_work.hpp"
#include "net/session/read_buffer.hpp"

namespace oneshot::net {

/// What all connections of one worker share, and all that a session knows of its worker. Used on that worker's thread,
/// except where a function says otherwise.
class ConnectionContext {
 public:
  /// `options` may change while connections live; they follow it. The connections of all workers share `memory`.
  ConnectionContext(http::Handler& handler, const Options& options, http::MemoryBudget& memory)
      : handler_(handler), options_(options), memory_(memory) {}

  [[nodiscard]] http::Handler& handler() noexcept { return handler_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] http::MemoryBudget& memory() noexcept { return memory_; }
  [[nodiscard]] http::Statistics& statistics() noexcept { return statistics_; }
  /// Any thread may read them.
  [[nodiscard]] const http::Statistics& statistics() const noexcept { return statistics_; }

  [[nodiscard]] ReadBufferPool& read_buffers() noexcept { return read_buffers_; }
  /// What is to be done between two requests.
  [[nodiscard]] Errands& errands() noexcept { return errands_; }
  [[nodiscard]] LongWork& long_work() noexcept { return long_work_; }

  /// The value of the Date header now.
  [[nodiscard]] std::string_view date() noexcept { return date_.at(std::int64_t{std::time(nullptr)} * 1000); }
  /// The reply to nearly every event, whole: a bare 200 on a connection of HTTP/1.1 that lives on. The id of the event
  /// is still to be written, at `id_at`.
  struct PrerenderedOk {
    std::string_view text;
    std::size_t id_at;
  };
  [[nodiscard]] PrerenderedOk prerendered_stored();

 private:
  http::Handler& handler_;
  const Options& options_;
  http::MemoryBudget& memory_;
  http::Statistics statistics_;
  ReadBufferPool read_buffers_;
  Errands errands_;
  LongWork long_work_;
  http::HttpDate date_;
  std::string prerendered_;
  std::size_t prerendered_id_at_ = 0;
  std::time_t prerendered_second_ = -1;  // the second in its Date header
};

}  // namespace oneshot::net
