// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/error_code.hpp>
#include <asio/post.hpp>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace oneshot::net {

/// Who waits for an operation: the completion handler of one that Asio began, nearly always a coroutine. It is held in
/// place, so that to wait takes no memory. One thread.
class PendingOperation {
 public:
  PendingOperation() = default;
  PendingOperation(const PendingOperation&) = delete;
  PendingOperation& operator=(const PendingOperation&) = delete;
  ~PendingOperation() { drop(); }

  /// Somebody waits.
  explicit operator bool() const noexcept { return held_ != nullptr; }

  /// Nobody may be waiting yet.
  template <class Handler>
  void hold(Handler handler) {
    using Kind = Of<Handler>;
    static_assert(sizeof(Kind) <= sizeof space_);
    static_assert(alignof(Kind) <= alignof(std::max_align_t));
    held_ = new (static_cast<void*>(space_)) Kind(std::move(handler));
  }

  // Each of them ends the wait first, so that what they run may begin the next one, or destroy this object.

  /// Resumes who waits, now. Not within the call that began the operation.
  void complete(const asio::error_code& error, std::size_t size) {
    std::exchange(held_, nullptr)->complete(error, size);
  }
  /// Resumes who waits by a post.
  void post(const asio::any_io_executor& executor, const asio::error_code& error, std::size_t size) {
    if (held_ != nullptr) std::exchange(held_, nullptr)->post(executor, error, size);
  }
  /// Destroys who waits.
  void drop() noexcept {
    if (held_ != nullptr) std::exchange(held_, nullptr)->drop();
  }

 private:
  // Each function destroys *this before it runs or destroys the handler, which may own the memory around it.
  class Held {
   public:
    Held() = default;
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    virtual void complete(const asio::error_code& error, std::size_t size) = 0;
    virtual void post(const asio::any_io_executor& executor, const asio::error_code& error, std::size_t size) = 0;
    virtual void drop() noexcept = 0;

   protected:
    ~Held() = default;
  };

  template <class Handler>
  class Of final : public Held {
   public:
    explicit Of(Handler&& handler) : handler_(std::move(handler)) {}
    void complete(const asio::error_code& error, std::size_t size) override {
      const asio::error_code its_error = error;
      Handler handler = take();
      std::move(handler)(its_error, size);
    }
    void post(const asio::any_io_executor& executor, const asio::error_code& error, std::size_t size) override {
      asio::post(executor, [handler = take(), error, size]() mutable { std::move(handler)(error, size); });
    }
    void drop() noexcept override { const Handler handler = take(); }

   private:
    Handler take() {
      Handler taken(std::move(handler_));
      this->~Of();
      return taken;
    }
    Handler handler_;
  };

  alignas(std::max_align_t) std::byte space_[48];
  Held* held_ = nullptr;
};

}  // namespace oneshot::net
