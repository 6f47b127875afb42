// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot::json {

enum class Kind : std::uint8_t { object, list, text, number, truth, null };

/// With an article, for messages: "an object", "a text".
[[nodiscard]] std::string_view words_for(Kind kind) noexcept;

template <class Item>
class Sequence;
struct Member;
class Value;
using Members = Sequence<Member>;
using Elements = Sequence<Value>;

/// One value of a text that a Parser has read; as cheap to copy as a view. A value and every text of it live until the
/// parser's next parse() or trim(). A question that does not fit the kind is answered with nothing.
class Value {
 public:
  [[nodiscard]] Kind kind() const noexcept;

  /// Valid UTF-8, NUL included.
  [[nodiscard]] std::optional<std::string_view> text() const noexcept;
  /// Of every number, rounded to the nearest double.
  [[nodiscard]] std::optional<double> number() const noexcept;
  /// Of a number without fraction and exponent that fits.
  [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
  [[nodiscard]] std::optional<bool> truth() const noexcept;
  /// Appends a text as it is; `true` and `false`; a whole number below 2^64 with all its digits, also one that was
  /// written with a fraction or an exponent, and every other number in its shortest form that reads back as the same
  /// double. False, and nothing appended, for the rest.
  bool append_scalar(std::string& out) const;

  /// In the order of the text.
  [[nodiscard]] Members members() const noexcept;
  [[nodiscard]] Elements elements() const noexcept;
  /// The first member of that name.
  [[nodiscard]] std::optional<Value> member(std::string_view name) const noexcept;
  /// RFC 6901: `/alerts/0/labels`; the value itself for an empty pointer. Nothing for a pointer that is none, too.
  [[nodiscard]] std::optional<Value> at_pointer(std::string_view pointer) const;

 private:
  friend class Parser;
  template <class Item>
  friend class Sequence;
  using Place = std::array<std::uintptr_t, 2>;
  explicit Value(const Place& place) noexcept : place_(place) {}

  Place place_;
};

struct Member {
  std::string_view name;
  Value value;
};

/// What can be iterated over: the members of an object, or the elements of a list.
template <class Item>
class Sequence {
 public:
  class Iterator {
   public:
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    Iterator() = default;
    Item operator*() const noexcept;
    Iterator& operator++() noexcept;
    Iterator operator++(int) noexcept {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    friend class Sequence;
    explicit Iterator(const Value::Place& place) noexcept : place_(place) {}
    Value::Place place_{};
  };

  [[nodiscard]] Iterator begin() const noexcept { return Iterator(begin_); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(end_); }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  /// Counts: a walk over all of it.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    for (Iterator at = begin(); at != end(); ++at) ++count;
    return count;
  }

 private:
  friend class Value;
  Value::Place begin_{};
  Value::Place end_{};
};

// Only value.cpp knows what a place is.
template <>
Member Sequence<Member>::Iterator::operator*() const noexcept;
template <>
Sequence<Member>::Iterator& Sequence<Member>::Iterator::operator++() noexcept;
template <>
Value Sequence<Value>::Iterator::operator*() const noexcept;
template <>
Sequence<Value>::Iterator& Sequence<Value>::Iterator::operator++() noexcept;

}  // namespace oneshot::json
