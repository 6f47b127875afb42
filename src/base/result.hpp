// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace oneshot {

/// What went wrong, on its way into a Result: `return Failure{"port 0x1f: ..."};`
template <class E>
struct Failure {
  E error;
};
template <class E>
Failure(E) -> Failure<E>;
Failure(const char*)->Failure<std::string>;

/// A value or the reason why there is none. For whatever a client, a config file or the machine can cause;
/// bugs are asserts, and exceptions only end the start of the program. (std::expected is missing in
/// libstdc++ 12.)
template <class T, class E = std::string>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  template <class F>
  Result(Failure<F> failure)  // NOLINT(google-explicit-constructor)
      : content_(std::in_place_index<1>, std::move(failure.error)) {}

  explicit operator bool() const noexcept { return content_.index() == 0; }
  [[nodiscard]] bool ok() const noexcept { return content_.index() == 0; }

  T& value() noexcept {
    assert(ok());
    return *std::get_if<0>(&content_);
  }
  const T& value() const noexcept {
    assert(ok());
    return *std::get_if<0>(&content_);
  }
  T& operator*() noexcept { return value(); }
  const T& operator*() const noexcept { return value(); }
  T* operator->() noexcept { return &value(); }
  const T* operator->() const noexcept { return &value(); }

  const E& error() const noexcept {
    assert(!ok());
    return *std::get_if<1>(&content_);
  }
  E& error() noexcept {
    assert(!ok());
    return *std::get_if<1>(&content_);
  }

 private:
  std::variant<T, E> content_;
};

}  // namespace oneshot
