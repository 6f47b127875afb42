// SPDX-License-Identifier: MIT
//
// A record: format (1 byte), kind (1), publisher (8), number (8), the content's parts, and a check of all before it.
#include "cluster/record.hpp"

#include <optional>
#include <type_traits>
#include <utility>

#include "cluster/archive.hpp"
#include "cluster/check.hpp"

namespace oneshot::cluster {

template <>
inline constexpr Change::What last_of<Change::What> = Change::What::forget;

namespace {

constexpr std::uint8_t record_format = 1;

enum EventFlag : std::uint8_t { value_flag = 1, metric_flag = 2, sent_flag = 4, key_flag = 8 };

void save(Saver& saver, const event::Event& event) {
  const auto flags =
      static_cast<std::uint8_t>((event.value_given ? value_flag : 0) | (event.metric.empty() ? 0 : metric_flag) |
                                (event.sent_unix_ms ? sent_flag : 0) | (event.key ? key_flag : 0));
  saver(flags, event.labels);
  if (event.value_given) saver(event.value);
  if (!event.metric.empty()) saver(event.metric);
  if (event.sent_unix_ms) saver(*event.sent_unix_ms);
  if (event.key) saver(event.key->high, event.key->low);
}

event::Event load_event(Loader& loader) {
  event::Event event;
  std::uint8_t flags = 0;
  loader(flags, event.labels);
  event.value_given = (flags & value_flag) != 0;
  if (event.value_given) loader(event.value);
  if ((flags & metric_flag) != 0) loader(event.metric);
  if ((flags & sent_flag) != 0) loader(event.sent_unix_ms.emplace());
  if ((flags & key_flag) != 0) {
    event::IdempotencyKey& key = event.key.emplace();
    loader(key.high, key.low);
  }
  return event;
}

/// One list of parts for both ways.
template <class Archive, class T>
void parts(Archive& archive, T& content) {
  using Kind = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Kind, Begin>) {
    archive(content.salt, content.agreement);
  } else if constexpr (std::is_same_v<Kind, Take>) {
    archive(content.scraper, content.replica, content.deadline, content.replaces, content.since_unix_ms,
            content.origin);
  } else if constexpr (std::is_same_v<Kind, Acknowledge>) {
    archive(content.scraper, content.batch);
  } else if constexpr (std::is_same_v<Kind, Settle>) {
    archive(content.scraper, content.batch, content.outcome, content.end, content.reason);
  } else if constexpr (std::is_same_v<Kind, Change>) {
    archive(content.what, content.scraper, content.since_unix_ms);
  } else if constexpr (std::is_same_v<Kind, Join>) {
    archive(content.replica, content.version, content.read, content.unix_ms);
  }
}

void save(Saver& saver, const Group& group) {
  saver(static_cast<std::uint32_t>(group.events.size()));
  for (const event::Event& event : group.events) save(saver, event);
  saver(static_cast<std::uint32_t>(group.requests.size()));
  for (const Group::Request& request : group.requests) saver(request.events, request.each_alone, request.sender);
}

void load(Loader& loader, Group& group) {
  std::uint32_t count = 0;
  loader(count);
  for (; count > 0 && loader.ok(); --count) group.events.push_back(load_event(loader));
  loader(count);
  for (; count > 0 && loader.ok(); --count) {
    Group::Request& request = group.requests.emplace_back();
    loader(request.events, request.each_alone, request.sender);
  }
}

void save(Saver& saver, const Settle& settle) {
  parts(saver, settle);
  saver(settle.then.has_value());
  if (settle.then) parts(saver, *settle.then);
}

void load(Loader& loader, Settle& settle) {
  parts(loader, settle);
  bool more = false;
  loader(more);
  if (more) parts(loader, settle.then.emplace());
}

template <class T>
void save(Saver& saver, const T& content) {
  parts(saver, content);
}
template <class T>
void load(Loader& loader, T& content) {
  parts(loader, content);
}

template <std::size_t I = 0>
bool load_kind(Loader& loader, std::uint8_t kind, Content& content) {
  if constexpr (I < std::variant_size_v<Content>) {
    if (kind != I) return load_kind<I + 1>(loader, kind, content);
    load(loader, content.emplace<I>());
    return true;
  } else {
    return false;
  }
}

Unexpected<std::string> fault(const Entry& entry, std::string_view what) {
  return Unexpected{"record " + std::to_string(entry.sequence) + " of the log " + std::string(what)};
}

}  // namespace

std::string encode(const Record& record) {
  Saver saver;
  saver(record_format, static_cast<std::uint8_t>(record.content.index()), record.publisher, record.number);
  std::visit([&saver](const auto& content) { save(saver, content); }, record.content);
  return with_check(saver.take());
}

Result<Record> decode(const Entry& entry) {
  const std::optional<std::string_view> bytes = without_check(entry.bytes);
  if (!bytes) return fault(entry, "is damaged, or was not written by this program");
  Loader loader(*bytes);
  Record record;
  std::uint8_t version = 0;
  std::uint8_t kind = 0;
  loader(version, kind, record.publisher, record.number);
  if (version != record_format) return fault(entry, "has a format that this version does not know: use a newer one");
  if (!load_kind(loader, kind, record.content))
    return fault(entry, "is of a kind that this version does not know: use a newer one");
  if (!loader.ended() || record.number == 0) return fault(entry, "has parts that do not fit its kind");
  return record;
}

Subject subject_of(const Content& content) noexcept {
  return std::holds_alternative<Group>(content) ? Subject::events : Subject::commands;
}

std::size_t size_in_group(const event::Event& event) noexcept {
  constexpr std::size_t most_besides_texts = 1 + 4 + 8 + 4 + 8 + 16;
  return most_besides_texts + event.labels.size() + event.metric.size();
}

}  // namespace oneshot::cluster
