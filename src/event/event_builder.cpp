// SPDX-License-Identifier: MIT
#include "event/event_builder.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/byte_set.hpp"
#include "base/numbers.hpp"
#include "base/utf8.hpp"
#include "event/label_name.hpp"
#include "event/rejection.hpp"
#include "event/sender_time.hpp"
#include "exposition/escape.hpp"

namespace oneshot::event {

namespace {

constexpr ByteSet label_bytes{[](char c) { return is_letter(c) || is_digit(c) || c == '_'; }};
constexpr ByteSet metric_bytes{[](char c) { return label_bytes.has(c) || c == ':'; }};
constexpr std::string_view value_name = "value";

constexpr std::string_view mark = "…";  // of a value that was cut

/// Not of an empty name.
bool is_name_of(const ByteSet& bytes, std::string_view name) noexcept {
  return !is_digit(name.front()) && bytes.has_all_of(name);
}

/// Prometheus keeps names that begin so for itself. Not of an empty name.
bool is_reserved(std::string_view name) noexcept { return name.front() == '_' && name.size() > 1 && name[1] == '_'; }

bool is_label_name(std::string_view name) noexcept {
  return !name.empty() && is_name_of(label_bytes, name) && !is_reserved(name);
}

[[gnu::cold]] Rejection refused_label_name(std::string_view name) {
  return is_name_of(label_bytes, name) ? reserved_label_name(name) : bad_label_name(name);
}

/// Copies `size` bytes by the first and the last of them, which may overlap.
template <class Part>
void put_ends(char* to, const char* from, std::size_t size) noexcept {
  Part first = 0;
  Part last = 0;
  std::memcpy(&first, from, sizeof first);
  std::memcpy(&last, from + size - sizeof last, sizeof last);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + size - sizeof last, &last, sizeof last);
}

/// Copies a text, mostly one of a few bytes, for which a call of memcpy() costs more than they do. Returns its end.
char* put_short(char* to, std::string_view text) noexcept {
  const std::size_t size = text.size();
  if (size < sizeof(std::uint32_t) || size > 2 * sizeof(std::uint64_t)) return std::copy(text.begin(), text.end(), to);
  if (size < sizeof(std::uint64_t))
    put_ends<std::uint32_t>(to, text.data(), size);
  else
    put_ends<std::uint64_t>(to, text.data(), size);
  return to + size;
}

std::size_t limit(unsigned max) noexcept { return max == 0 ? SIZE_MAX : max; }

}  // namespace

void EventBuilder::use(const Options& options) {
  max_event_bytes_ = options.max_event_bytes;
  max_labels_ = limit(options.max_labels);
  max_name_ = limit(options.max_label_name_bytes);
  max_value_ = limit(options.max_label_value_bytes);
  label_names_ = options.label_names;
  long_values_ = options.long_values;
  sender_time_ = options.sender_time;
  plain_labels_ = 0;
  for (const std::string& name : options.plain_labels) plain_labels_ |= 1U << static_cast<unsigned>(meaning_of(name));
}

void EventBuilder::begin(LabelNames names) noexcept {
  names_ = names;
  size_ = 0;
  labels_.clear();
  value_.reset();
  metric_.clear();
  sent_unix_ms_.reset();
  key_.reset();
  made_.clear();
  renamed_.clear();
}

EventBuilder::Taken EventBuilder::parameter(std::string_view name, std::string_view text) {
  switch (const Parameter meaning = meaning_of(name)) {
    case Parameter::label:
      return label(name, text);
    case Parameter::value:
      return value(text);
    case Parameter::time:
      return time(text);
    default:
      return refuse_meaning(meaning);
  }
}

EventBuilder::Taken EventBuilder::refuse_meaning(Parameter meaning) const {
  return Unexpected{meaning == Parameter::timestamp ? timestamp_label() : ttl_label()};
}

EventBuilder::Taken EventBuilder::label(std::string_view name, std::string_view value) {
  const bool plain = exposition::is_plain_label_value(value);
  if (!plain || !fits(name, value) || !is_label_name(name)) return unusual_label(name, value, plain);
  add_plain(name, value);
  return {};
}

EventBuilder::Taken EventBuilder::plain_label(std::string_view name, std::string_view value) {
  if (!fits(name, value) || is_digit(name.front()) || is_reserved(name)) return unusual_label(name, value, true);
  add_plain(name, value);
  return {};
}

void EventBuilder::add_plain(std::string_view name, std::string_view value) {
  size_ += name.size() + value.size();
  labels_.push_back({name, value, true});
}

/// One that has to be looked at closer, and may be good. Apart from label(), which needs no room for messages then.
EventBuilder::Taken EventBuilder::unusual_label(std::string_view name, std::string_view value, bool plain) {
  if (value.size() > max_value_ || name.size() > max_name_) {
    plain = plain && value.size() <= max_value_;  // a mark of a cut is not ASCII
    if (Taken fits = shorten(name, value); !fits) return fits;
  }
  if (!has_room_for(name.size() + value.size())) return Unexpected{event_too_large(max_event_bytes_)};
  if (!is_label_name(name)) {
    if (name.empty()) return Unexpected{label_without_name(value)};
    if (Taken mended = mend_name(name); !mended) return mended;
  }
  if (!plain && !valid_utf8(value)) return Unexpected{bad_utf8(name, value)};
  labels_.push_back({name, value, plain});
  return {};
}

/// Makes it the name that it becomes, if that is one. Not of an empty name.
EventBuilder::Taken EventBuilder::mend_name(std::string_view& name) {
  std::string& made = room_for_made();
  const std::size_t begin = made.size();
  if (names_ == LabelNames::replace) {
    append_label_name(made, name);
  } else {
    std::ranges::replace_copy(name, std::back_inserter(made), ' ', '_');
  }
  renamed_.push_back({std::string_view(made).substr(begin), name});
  name = renamed_.back().name;
  if (!is_label_name(name)) return Unexpected{refused_label_name(name)};
  if (name.size() > max_name_) return Unexpected{label_name_too_long(name, max_name_)};
  return {};
}

/// Of a label that is over a limit: cuts the value, if that is what is to be done. A name that will be mended is looked
/// at then.
EventBuilder::Taken EventBuilder::shorten(std::string_view name, std::string_view& value) {
  if (name.size() > max_name_ && is_label_name(name)) return Unexpected{label_name_too_long(name, max_name_)};
  if (value.size() <= max_value_) return {};
  if (long_values_ == LongValues::reject) return Unexpected{label_value_too_long(name, value.size(), max_value_)};
  if (size_ + max_value_ > max_event_bytes_) return Unexpected{event_too_large(max_event_bytes_)};
  if (!valid_utf8(value)) return Unexpected{bad_utf8(name, value)};
  const std::string_view kept = cut_between_characters(value, max_value_ - std::min(max_value_, mark.size()));
  std::string& made = room_for_made();
  const std::size_t begin = made.size();
  made.append(kept).append(mark);
  value = std::string_view(made).substr(begin);
  return {};
}

/// A replaced name has one byte more than the client's at most, and a cut value is counted as cut.
std::string& EventBuilder::room_for_made() {
  if (made_.empty()) made_.reserve(2 * max_event_bytes_ + mark.size());
  return made_;
}

EventBuilder::Taken EventBuilder::value(std::string_view number) {
  if (!has_room_for(value_name.size() + number.size())) return Unexpected{event_too_large(max_event_bytes_)};
  if (value_) return Unexpected{given_twice(value_name)};
  value_ = parse_number(number);
  if (!value_) return Unexpected{bad_number(number)};
  return {};
}

EventBuilder::Taken EventBuilder::value(double number) {
  if (!has_room_for(value_name.size())) return Unexpected{event_too_large(max_event_bytes_)};
  if (value_) return Unexpected{given_twice(value_name)};
  value_ = number;
  return {};
}

EventBuilder::Taken EventBuilder::metric(std::string_view name) {
  if (!has_room_for(name.size())) return Unexpected{event_too_large(max_event_bytes_)};
  if (!metric_.empty()) return Unexpected{given_twice("metric")};
  if (name.empty() || !is_name_of(metric_bytes, name)) return Unexpected{bad_metric_name(name)};
  metric_ = name;
  return {};
}

EventBuilder::Taken EventBuilder::time(std::string_view text) {
  const std::optional<std::int64_t> unix_ms = parse_time(text);
  if (!unix_ms) return Unexpected{bad_time(text)};
  return time(*unix_ms);
}

EventBuilder::Taken EventBuilder::time(std::int64_t unix_ms) {
  if (sender_time_ == SenderTime::refuse) return Unexpected{unwanted_time()};
  if (sent_unix_ms_) return Unexpected{given_twice("time")};
  sent_unix_ms_ = unix_ms;
  return {};
}

EventBuilder::Taken EventBuilder::key(IdempotencyKey key) {
  if (key_) return Unexpected{given_twice("idempotency key")};
  key_ = key;
  return {};
}

Result<Event, Rejection> EventBuilder::finish_as_it_is() {
  if (const Label* const first = sort_labels()) return Unexpected{refuse_twice(*first)};
  if (labels_.size() > max_labels_) {
    if (const std::size_t count = count_labels(); count > max_labels_)
      return Unexpected{too_many_labels(count, max_labels_)};
  }
  const std::string_view rendered = render();
  if (rendered.empty() && metric_.empty()) return Unexpected{no_labels(!labels_.empty())};
  return Event{.labels = rendered,
               .value = value_.value_or(1),
               .value_given = value_.has_value(),
               .metric = metric_,
               .sent_unix_ms = sent_unix_ms_,
               .key = key_};
}

/// `first` and the label behind it have one name.
Rejection EventBuilder::refuse_twice(const Label& first) const {
  const std::string_view one = sent_name(first);
  const std::string_view other = sent_name(*std::next(&first));
  return one == other ? label_given_twice(one) : labels_become_one(one, other, first.name);
}

std::string_view EventBuilder::sent_name(const Label& label) const noexcept {
  const auto found =
      std::ranges::find(renamed_, label.name.data(), [](const Renamed& renamed) { return renamed.name.data(); });
  return found == renamed_.end() ? label.name : found->sent;
}

std::size_t EventBuilder::count_labels() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(labels_, [](const Label& label) { return !label.value.empty(); }));
}

/// By name, so that two orders of the same labels are one series. Equal names are neighbours then: returns the first
/// label that has one, or null.
const EventBuilder::Label* EventBuilder::sort_labels() {
  if (labels_.size() < 2) return nullptr;
  // Names are never empty, and mostly the first letters decide.
  const auto is_before = [](const Label& a, const Label& b) {
    return a.name.front() != b.name.front() ? a.name.front() < b.name.front() : a.name < b.name;
  };
  if (labels_.size() > 2)
    std::sort(labels_.begin(), labels_.end(), is_before);
  else if (is_before(labels_[1], labels_[0]))
    std::swap(labels_[0], labels_[1]);
  const auto twice = std::adjacent_find(labels_.begin(), labels_.end(),
                                        [](const Label& a, const Label& b) { return a.name == b.name; });
  return twice == labels_.end() ? nullptr : &*twice;
}

/// name="value",… into rendered_, which is as large as the largest so far and not filled up.
std::string_view EventBuilder::render() {
  constexpr std::size_t punctuation = 4;
  const std::size_t enough = 2 * size_ + punctuation * labels_.size();  // each byte of a value may be escaped
  if (rendered_.size() < enough) rendered_.resize(enough);
  char* end = rendered_.data();
  const auto put = [&end](std::string_view text) { end = put_short(end, text); };
  for (const Label& label : labels_) {
    if (label.value.empty()) continue;
    if (end != rendered_.data()) *end++ = ',';
    put(label.name);
    *end++ = '=';
    *end++ = '"';
    if (label.plain) {
      put(label.value);
    } else {
      escaped_.clear();
      exposition::append_label_value(escaped_, label.value);
      put(escaped_);
    }
    *end++ = '"';
  }
  return {rendered_.data(), static_cast<std::size_t>(end - rendered_.data())};
}

}  // namespace oneshot::event
