// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/scrape/batch_text.hpp"
#include "http/reply.hpp"
#include "queue/local/delivery.hpp"

namespace oneshot::app {

/// A response that carries a batch is never shorter than this. Clients read ahead (Go 4 KiB, Python 8 KiB)
/// before they give up; only what lies beyond makes their kernel answer with a reset, by which we know that
/// they gave up. Padding stands in front, so that the events are what is read last.
inline constexpr std::uint64_t min_batch_response = 12 * 1024;

/// The text before the events: the first line, padding up to `min_batch_response` bytes in all where `pad` is
/// set, and `rest`. `event_bytes` is what follows.
std::string assemble_head(std::string first_line, bool pad, const std::string& rest, std::uint64_t event_bytes);

/// The body of a scrape: a head that was made before, then the events piece by piece from the log.
class ScrapeBody final : public http::BodySource {
 public:
  /// `events` has been measured, and reads what the receipt of the same reply keeps.
  ScrapeBody(std::string head, std::unique_ptr<EventText> events) noexcept;
  /// `events` has been measured, and reads `peeked`.
  ScrapeBody(std::string head, std::unique_ptr<queue::Reading> peeked, std::unique_ptr<EventText> events) noexcept;

  [[nodiscard]] std::uint64_t size() const noexcept override { return head_.size() + events_->size(); }
  bool append_next(std::string& out) override;

 private:
  std::string head_;
  bool head_written_ = false;
  std::unique_ptr<queue::Reading> peeked_;
  std::unique_ptr<EventText> events_;
};

}  // namespace oneshot::app
