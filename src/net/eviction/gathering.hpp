// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "net/asio_compat.hpp"

namespace oneshot::net {

/// The answers of several threads to one question, gathered on the thread of `here`: made by make_shared, since an
/// answer may come when nobody waits any more.
template <class Answer>
class Gathering : public std::enable_shared_from_this<Gathering<Answer>> {
 public:
  explicit Gathering(const asio::any_io_executor& here) : all_here_(here) {}

  /// What another thread calls once with its answer.
  std::function<void(Answer)> one_more() {
    ++missing_;
    return [self = this->shared_from_this()](Answer answer) {
      const auto here = self->all_here_.get_executor();
      asio::post(here, [self, answer = std::move(answer)]() mutable { self->take(std::move(answer)); });
    };
  }

  /// Until all answers are here, or `until`.
  asio::awaitable<void> wait(SteadyTime until) {
    if (missing_ == 0) co_return;
    all_here_.expires_at(until);
    co_await all_here_.async_wait(nothrow);
    late_ = true;
  }
  [[nodiscard]] std::vector<Answer>& answers() noexcept { return answers_; }

 private:
  void take(Answer answer) {
    if (late_) return;
    answers_.push_back(std::move(answer));
    if (--missing_ == 0) all_here_.cancel();
  }

  asio::steady_timer all_here_;
  std::size_t missing_ = 0;
  bool late_ = false;
  std::vector<Answer> answers_;
};

}  // namespace oneshot::net
