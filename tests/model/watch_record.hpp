// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "net/receipt/receipt_watch.hpp"
#include "net/stream/tcp_info.hpp"

namespace oneshot::model {

using Peer = delivery::Reader::Peer;
using Tick = std::chrono::duration<std::int64_t, std::ratio<1, 10>>;  // 100 ms
inline constexpr std::uint8_t oldest_age = 5;  // ticks; beyond, all is alike: the longest limit is 500 ms

inline std::uint8_t age(std::uint8_t now, std::uint8_t then) noexcept {
  return now - then < oldest_age ? static_cast<std::uint8_t>(now - then) : oldest_age;
}

/// The real net::ReceiptWatch, and what can be compared of it. What is inside is its own business; but it is plain
/// data, so two of them whose bytes are equal will go on alike. Only points in time have to be taken as ages: they are
/// in a range of their own here, so that they can be told from other words. Bytes between its members are kept at zero;
/// did one slip through, a state would merely be visited twice.
class WatchRecord {
 public:
  WatchRecord() noexcept : WatchRecord(Peer::unknown) {}
  explicit WatchRecord(Peer peer) noexcept {
    static_assert(std::is_trivially_copyable_v<net::ReceiptWatch>);
    static const net::ReceiptWatch itself(Peer::itself);  // its storage was zeroed before
    static const net::ReceiptWatch unknown(Peer::unknown);
    static const net::ReceiptWatch proxy(Peer::proxy);
    const net::ReceiptWatch& made = peer == Peer::itself ? itself : peer == Peer::proxy ? proxy : unknown;
    std::memcpy(static_cast<void*>(&watch_), &made, sizeof watch_);
  }

  static net::TcpInfo blank_view() noexcept {
    static const net::TcpInfo blank;
    net::TcpInfo view;
    std::memcpy(static_cast<void*>(&view), &blank, sizeof view);
    return view;
  }

  static SteadyTime time(std::uint8_t tick) noexcept { return SteadyTime(epoch + Tick(tick)); }

  [[nodiscard]] net::ReceiptWatch& watch() noexcept { return watch_; }

  /// Adds what tells this state from others.
  template <typename Bytes>
  void append_to(Bytes& bytes, std::uint8_t now) const {
    static_assert(sizeof watch_ % sizeof(std::int64_t) == 0);
    std::array<std::int64_t, sizeof(net::ReceiptWatch) / sizeof(std::int64_t)> words;
    std::memcpy(words.data(), &watch_, sizeof watch_);
    for (std::int64_t& word : words) {
      const std::int64_t since = word - SteadyTime::duration(epoch).count();
      if (since < 0 || since > SteadyTime::duration(Tick(255)).count()) continue;
      word = -1 - age(now, static_cast<std::uint8_t>(since / SteadyTime::duration(Tick(1)).count()));
    }
    const auto* const raw = reinterpret_cast<const std::uint8_t*>(words.data());
    bytes.insert(bytes.end(), raw, raw + sizeof words);
  }

 private:
  static constexpr std::chrono::hours epoch{1};

  net::ReceiptWatch watch_;
};

}  // namespace oneshot::model
