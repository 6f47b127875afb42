// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "delivery/outcome.hpp"
#include "event_log/offset.hpp"
#include "queue/batch_record.hpp"
#include "queue/local/scraper/ranges.hpp"
#include "queue/options.hpp"

namespace oneshot::cluster {

static_assert(std::endian::native == std::endian::little, "records are written as they lie in memory");

/// Writes values one behind the other: numbers in little endian, texts and lists with their length before them. What
/// has a member `state(archive)` is asked to show its parts.
class Saver {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  [[nodiscard]] std::string take() noexcept { return std::move(bytes_); }
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

 private:
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(SteadyTime time) { put(time.time_since_epoch().count()); }
  template <class R, class P>
  void put(std::chrono::duration<R, P> duration) {
    put(duration.count());
  }
  void put(const event_log::Offset& offset) { (*this)(offset.bytes, offset.events); }
  void put(const queue::Range& range) { (*this)(range.begin, range.end); }
  void put(const queue::Ranges& ranges) { put(ranges.all()); }
  template <class A, class B>
  void put(const std::pair<A, B>& both) {
    (*this)(both.first, both.second);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& all) {
    for (const T& one : all) put(one);
  }
  template <class T>
  void put(const std::vector<T>& all) {
    put_all(all);
  }
  template <class T>
  void put(const std::deque<T>& all) {
    put_all(all);
  }
  template <class T>
  void put(const std::set<T>& all) {
    put_all(all);
  }
  template <class K, class V, class C>
  void put(const std::map<K, V, C>& all) {
    put_all(all);
  }
  template <class All>
  void put_all(const All& all) {
    put(static_cast<std::uint32_t>(all.size()));
    for (const auto& one : all) put(one);
  }
  template <class T>
  requires requires(T value, Saver& saver) { value.state(saver); }
  void put(const T& value) {
    const_cast<T&>(value).state(*this);  // which is one function for both ways, and only reads here
  }

  std::string bytes_;
};

/// The last value of an enumeration that is read: what is beyond it was written by a newer version, or is damaged.
template <class E>
inline constexpr E last_of = E{};
template <>
inline constexpr delivery::Outcome last_of<delivery::Outcome> = delivery::Outcome::refused;
template <>
inline constexpr queue::BatchEnd last_of<queue::BatchEnd> = queue::BatchEnd::withdrawn;
template <>
inline constexpr queue::WhenFull last_of<queue::WhenFull> = queue::WhenFull::reject;

/// Reads what a Saver has written, in the same order. What is not there, or cannot be true, becomes zero or empty, and
/// ok() false.
class Loader {
 public:
  explicit Loader(std::string_view bytes) noexcept : rest_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  /// Everything so far was there.
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  /// And nothing is left.
  [[nodiscard]] bool ended() const noexcept { return ok_ && rest_.empty(); }

 private:
  template <class T>
  requires std::is_arithmetic_v<T>
  void get(T& value) {
    value = T{};
    const std::string_view bytes = cut(sizeof value);
    if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  }
  void get(bool& value) { value = get_up_to<std::uint8_t>(1) != 0; }
  template <class E>
  requires std::is_enum_v<E>
  void get(E& value) {
    using Number = std::underlying_type_t<E>;
    static_assert(last_of<E> != E{}, "say which its last value is");
    value = static_cast<E>(get_up_to<Number>(static_cast<Number>(last_of<E>)));
  }
  template <class T>
  T get_up_to(T most) {
    T value{};
    get(value);
    if (value > most) ok_ = false;
    return value > most ? T{} : value;
  }
  /// The view is of the bytes that were given.
  void get(std::string_view& text) { text = cut(size()); }
  void get(std::string& text) { text = cut(size()); }
  void get(SteadyTime& time) {
    SteadyTime::rep count = 0;
    get(count);
    time = SteadyTime(SteadyTime::duration(count));
  }
  template <class R, class P>
  void get(std::chrono::duration<R, P>& duration) {
    R count{};
    get(count);
    duration = std::chrono::duration<R, P>(count);
  }
  void get(event_log::Offset& offset) { (*this)(offset.bytes, offset.events); }
  void get(queue::Range& range) { (*this)(range.begin, range.end); }
  void get(queue::Ranges& ranges) {
    std::vector<queue::Range> all;
    get(all);
    ranges = {};
    for (const queue::Range& range : all) ranges.add(range);
  }
  template <class A, class B>
  void get(std::pair<A, B>& both) {
    (*this)(both.first, both.second);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) get(value.emplace());
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& all) {
    for (T& one : all) get(one);
  }
  template <class T>
  void get(std::vector<T>& all) {
    get_all(all);
  }
  template <class T>
  void get(std::deque<T>& all) {
    get_all(all);
  }
  template <class T>
  void get(std::set<T>& all) {
    get_each<T>(all);
  }
  template <class K, class V, class C>
  void get(std::map<K, V, C>& all) {
    get_each<std::pair<K, V>>(all);
  }
  template <class One, class All>
  void get_each(All& all) {
    all.clear();
    for (std::uint32_t count = size(); count > 0 && ok_; --count) {
      One one;
      get(one);
      if (ok_) all.insert(std::move(one));
    }
  }
  template <class All>
  void get_all(All& all) {
    all.clear();
    for (std::uint32_t count = size(); count > 0 && ok_; --count) get(all.emplace_back());
  }
  template <class T>
  requires requires(T value, Loader& loader) { value.state(loader); }
  void get(T& value) { value.state(*this); }

  std::uint32_t size() {
    std::uint32_t count = 0;
    get(count);
    if (count > rest_.size()) ok_ = false;  // each part of a list takes a byte at least
    return ok_ ? count : 0;
  }
  std::string_view cut(std::size_t size) {
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view front = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return front;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace oneshot::cluster
