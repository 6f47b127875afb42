// SPDX-License-Identifier: MIT
#include "queue/local/making_room/contents.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/log.hpp"
#include "exposition/label_text.hpp"

namespace oneshot::queue {
namespace {

constexpr std::chrono::seconds look_every{5};
constexpr std::chrono::minutes line_every{1};
constexpr std::size_t most_places = 64;
constexpr std::uint64_t events_per_place = 32;
constexpr std::size_t shown = 3;
constexpr std::size_t shown_bytes = 64;  // of a type, which a client has written

using Bytes = std::map<std::string, std::uint64_t, std::less<>>;

std::string_view type_of(const event_log::Record& record) noexcept {
  const std::string_view type = exposition::find_label_value(record.labels(), "type").value_or(std::string_view());
  if (!type.empty()) return type.substr(0, shown_bytes);
  return record.metric().empty() ? std::string_view("(no type)") : record.metric().substr(0, shown_bytes);
}

void sample_at(Ledger& ledger, std::uint64_t place, Bytes& types) {
  const std::lock_guard lock(ledger.mutex);  // nobody writes over what is read here
  if (place < ledger.log.head()) return;
  event_log::Offset at{.bytes = place};
  std::uint64_t left = events_per_place;
  ledger.log.walk(at, ledger.readable_end(), [&](const event_log::Record& record) {
    if (left-- == 0) return true;
    if (!record.is_padding()) types[std::string(type_of(record))] += record.size();
    return false;
  });
}

Bytes sample(Ledger& ledger, std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> places = ledger.shares.places(from, to);
  std::ranges::sort(places);
  const std::size_t stride = places.size() / most_places + 1;
  Bytes types;
  for (std::size_t i = 0; i < places.size(); i += stride) sample_at(ledger, places[i], types);
  return types;
}

struct Part {
  std::string name;
  std::uint64_t bytes;
};

std::string in_words(const std::vector<Part>& parts, std::uint64_t all) {
  std::string text;
  for (const Part& part : parts) {
    if (!text.empty()) text += ", ";
    text += part.name + ' ' + std::to_string(part.bytes * 100 / all) + '%';
  }
  return text;
}

double ratio(std::uint64_t part, std::uint64_t all) noexcept {
  return all == 0 ? 0 : std::min(1.0, static_cast<double>(part) / static_cast<double>(all));
}

void add_senders(Contents& contents, const Shares::Holders& holders) {
  std::vector<Part> parts;
  for (const Shares::Holder& one : holders.first) parts.push_back({Address::text_of_site(one.sender), one.bytes});
  if (parts.empty()) return;
  contents.senders = in_words(parts, holders.all);
  contents.sender_share = ratio(parts.front().bytes, holders.all);
}

void add_types(Contents& contents, const Bytes& types) {
  std::vector<Part> parts;
  std::uint64_t all = 0;
  for (const auto& [name, bytes] : types) {
    parts.push_back({name, bytes});
    all += bytes;
  }
  if (parts.empty()) return;
  std::ranges::sort(parts, std::ranges::greater(), &Part::bytes);
  if (parts.size() > shown) parts.resize(shown);
  contents.types = in_words(parts, all);
  contents.type_share = ratio(parts.front().bytes, all);
}

}  // namespace

Contents look_into(Ledger& ledger) {
  std::uint64_t from = 0;
  {
    const std::lock_guard lock(ledger.mutex);
    from = ledger.table.needed_from();
  }
  const std::uint64_t to = ledger.log.tail();
  Contents contents;
  add_senders(contents, ledger.shares.holders(from, to, shown));
  add_types(contents, sample(ledger, from, to));
  return contents;
}

void ContentsWatch::tick(bool something_was_lost) {
  const SteadyTime now = ledger_.clock.steady();
  const bool line = (something_was_lost || ledger_.is_above_high_watermark()) && now >= silent_until_;
  if (!line && now < next_look_) return;
  next_look_ = now + look_every;
  const Contents contents = look_into(ledger_);
  ledger_.sender_share.store(contents.sender_share, std::memory_order_relaxed);
  ledger_.type_share.store(contents.type_share, std::memory_order_relaxed);
  if (!line || contents.senders.empty()) return;
  silent_until_ = now + line_every;
  log::warn("the event log is nearly full, or was: who fills it",
            {{"senders", contents.senders}, {"types", contents.types}});
}

}  // namespace oneshot::queue
