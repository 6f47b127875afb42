// SPDX-License-Identifier: MIT
#pragma once

#include <asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "net/stream/stream.hpp"

namespace oneshot::net {

/// Ends what a stream waits for when a time is over, as long as this object lives. The timer's handler may come later
/// still, when object and stream are gone: then it does nothing. For the stream's thread.
class CancelAfter {
 public:
  /// The stream outlives this.
  CancelAfter(Stream& stream, std::chrono::milliseconds time) : timer_(stream.executor(), time) {
    timer_.async_wait([&stream, weak = std::weak_ptr<bool>(is_over_)](const asio::error_code& cancelled) {
      const auto over = weak.lock();
      if (cancelled || !over) return;
      *over = true;
      stream.cancel();
    });
  }
  CancelAfter(const CancelAfter&) = delete;
  CancelAfter& operator=(const CancelAfter&) = delete;
  ~CancelAfter() = default;

  /// An operation that was cancelled ended by this.
  [[nodiscard]] bool is_over() const noexcept { return *is_over_; }

 private:
  std::shared_ptr<bool> is_over_ = std::make_shared<bool>(false);
  asio::steady_timer timer_;
};

}  // namespace oneshot::net
