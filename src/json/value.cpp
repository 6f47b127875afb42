// SPDX-License-Identifier: MIT
#include "json/value.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "json/library.hpp"

namespace oneshot::json {
namespace {

using simdjson::SUCCESS;

template <class T>
std::optional<T> value_of(simdjson::simdjson_result<T> result) noexcept {
  T value{};
  if (std::move(result).get(value) != SUCCESS) return std::nullopt;
  return value;
}

/// Whole ones in digits, as if they had come without fraction and exponent: `100000.0` is no `1e+05`.
void append_double(std::string& out, double value) {
  constexpr double limit = 18446744073709551616.0;  // 2^64
  if (value == 0 || std::abs(value) >= limit || std::trunc(value) != value) {
    append_number(out, value);
    return;
  }
  if (value < 0) out += '-';
  append_unsigned(out, static_cast<std::uint64_t>(std::abs(value)));
}

}  // namespace

std::string_view words_for(Kind kind) noexcept {
  switch (kind) {
    case Kind::object:
      return "an object";
    case Kind::list:
      return "a list";
    case Kind::text:
      return "a text";
    case Kind::number:
      return "a number";
    case Kind::truth:
      return "true or false";
    case Kind::null:
      break;
  }
  return "null";
}

Kind Value::kind() const noexcept {
  switch (element_at(place_).type()) {
    case dom::element_type::OBJECT:
      return Kind::object;
    case dom::element_type::ARRAY:
      return Kind::list;
    case dom::element_type::STRING:
      return Kind::text;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      return Kind::number;
    case dom::element_type::BOOL:
      return Kind::truth;
    case dom::element_type::NULL_VALUE:
    default:  // of later versions
      break;
  }
  return Kind::null;
}

std::optional<std::string_view> Value::text() const noexcept { return value_of(element_at(place_).get_string()); }
std::optional<double> Value::number() const noexcept { return value_of(element_at(place_).get_double()); }
std::optional<std::int64_t> Value::integer() const noexcept { return value_of(element_at(place_).get_int64()); }
std::optional<bool> Value::truth() const noexcept { return value_of(element_at(place_).get_bool()); }

bool Value::append_scalar(std::string& out) const {
  const dom::element element = element_at(place_);
  switch (element.type()) {
    case dom::element_type::STRING:
      out += *text();
      return true;
    case dom::element_type::INT64:
      append_signed(out, *integer());
      return true;
    case dom::element_type::UINT64:
      append_unsigned(out, *value_of(element.get_uint64()));
      return true;
    case dom::element_type::DOUBLE:
      append_double(out, *number());
      return true;
    case dom::element_type::BOOL:
      out += *truth() ? "true" : "false";
      return true;
    default:
      return false;
  }
}

template <>
Member Members::Iterator::operator*() const noexcept {
  const auto at = std::bit_cast<dom::object::iterator>(place_);
  return {at.key(), Value(place_of(at.value()))};
}

template <>
Members::Iterator& Members::Iterator::operator++() noexcept {
  auto at = std::bit_cast<dom::object::iterator>(place_);
  place_ = std::bit_cast<Value::Place>(++at);
  return *this;
}

template <>
Value Elements::Iterator::operator*() const noexcept {
  return Value(place_of(*std::bit_cast<dom::array::iterator>(place_)));
}

template <>
Elements::Iterator& Elements::Iterator::operator++() noexcept {
  auto at = std::bit_cast<dom::array::iterator>(place_);
  place_ = std::bit_cast<Value::Place>(++at);
  return *this;
}

Members Value::members() const noexcept {
  Members members;
  if (const std::optional<dom::object> object = value_of(element_at(place_).get_object())) {
    members.begin_ = std::bit_cast<Place>(object->begin());
    members.end_ = std::bit_cast<Place>(object->end());
  }
  return members;
}

Elements Value::elements() const noexcept {
  Elements elements;
  if (const std::optional<dom::array> array = value_of(element_at(place_).get_array())) {
    elements.begin_ = std::bit_cast<Place>(array->begin());
    elements.end_ = std::bit_cast<Place>(array->end());
  }
  return elements;
}

std::optional<Value> Value::member(std::string_view name) const noexcept {
  for (const Member& member : members())
    if (member.name == name) return member.value;
  return std::nullopt;
}

std::optional<Value> Value::at_pointer(std::string_view pointer) const {
  const std::optional<dom::element> element = value_of(element_at(place_).at_pointer(pointer));
  if (!element) return std::nullopt;
  return Value(place_of(*element));
}

}  // namespace oneshot::json
