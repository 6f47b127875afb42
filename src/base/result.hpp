// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

/// Errors, and which of four ways is for what:
/// - **Result**: whatever a client, a config file or the machine can cause, and the caller can answer. One type for a
///   value or an error, one for an error alone (`Result<void, E>`). An error type is called XError, an enum of causes
///   Reason; a message names what was wrong, where, what is allowed, and what to do instead.
/// - **value** (bool, optional): an answer in which "no" or "nothing" is ordinary, and needs no explanation.
/// - **assert**: what only a bug of ours can cause. A release build does not check.
/// - **exception**: none of ours. Those of the standard library and of Asio (no memory, no thread) end the start of the
///   program, or the one request that met them.
///
/// The names are those of std::expected (C++23), which libstdc++ 12 lacks: later a using-line can replace this file.
namespace oneshot {

/// What went wrong, on its way into a Result: `return Unexpected{"port 0x1f: ..."};`
template <class E>
class Unexpected {
 public:
  explicit Unexpected(E error) : error_(std::move(error)) {}
  E& error() & noexcept { return error_; }
  const E& error() const& noexcept { return error_; }
  E&& error() && noexcept { return std::move(error_); }

 private:
  E error_;
};
template <class E>
Unexpected(E) -> Unexpected<E>;
Unexpected(const char*)->Unexpected<std::string>;

/// A value, or the reason why there is none.
template <class T, class E = std::string>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  template <class F>
  Result(Unexpected<F> failure)  // NOLINT(google-explicit-constructor)
      : content_(std::in_place_index<1>, std::move(failure).error()) {}

  explicit operator bool() const noexcept { return content_.index() == 0; }
  [[nodiscard]] bool has_value() const noexcept { return content_.index() == 0; }

  T& value() noexcept {
    assert(has_value());
    return *std::get_if<0>(&content_);
  }
  const T& value() const noexcept {
    assert(has_value());
    return *std::get_if<0>(&content_);
  }
  T& operator*() noexcept { return value(); }
  const T& operator*() const noexcept { return value(); }
  T* operator->() noexcept { return &value(); }
  const T* operator->() const noexcept { return &value(); }

  const E& error() const noexcept {
    assert(!has_value());
    return *std::get_if<1>(&content_);
  }
  E& error() noexcept {
    assert(!has_value());
    return *std::get_if<1>(&content_);
  }

 private:
  std::variant<T, E> content_;
};

/// It worked, or the reason why not.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  template <class F>
  Result(Unexpected<F> failure)  // NOLINT(google-explicit-constructor)
      : error_(std::move(failure).error()) {}

  explicit operator bool() const noexcept { return !error_.has_value(); }
  [[nodiscard]] bool has_value() const noexcept { return !error_.has_value(); }

  const E& error() const noexcept {
    assert(!has_value());
    return *error_;
  }
  E& error() noexcept {
    assert(!has_value());
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace oneshot
