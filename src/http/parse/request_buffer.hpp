// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oneshot::http {

/// The bytes of one request: its head, line by line, and behind it its body, in one string that is kept from request to
/// request. There is always a current line. A line gets into the string in one of two ways:
/// - borrow(), finish_line() for each whole line, keep(): lines are looked at where the reader has them, and copied all
///   at once. Nearly every head arrives whole; one that is the whole request is not copied at all.
/// - append_to_line() and finish_line(): a line that arrives in pieces is put together at the end of the string.
class RequestBuffer {
 public:
  /// Where a part of the head stands: the string may still move, so a view would not last.
  struct Span {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };

  /// The head begins with these bytes, and none of it has been kept yet. They are only looked at until keep().
  void borrow(std::string_view bytes) noexcept { head_ = bytes.data(); }
  /// Copies the finished lines of what was borrowed.
  void keep() {
    text_.assign(head_, line_offset_);
    head_ = text_.data();
  }

  void append_to_line(std::string_view piece) {
    text_.append(piece);
    head_ = text_.data();
  }
  /// The current line becomes longer for it.
  void percent_encode_line();
  /// The current line as far as it has been appended.
  [[nodiscard]] std::string_view line() const noexcept { return std::string_view(text_).substr(line_offset_); }
  /// The current line has so many bytes, and the next one begins behind them.
  void finish_line(std::size_t size) noexcept { line_offset_ += size; }
  /// Cuts the current line off again: no part of the head or the body.
  void drop_line() { text_.resize(line_offset_); }

  /// The body begins where the current line does.
  void begin_body() noexcept { body_offset_ = line_offset_; }
  void append_to_body(std::string_view piece) { append_to_line(piece); }
  /// A line between two parts of the body begins.
  void begin_line() noexcept { line_offset_ = text_.size(); }
  [[nodiscard]] std::string_view body() const noexcept {
    if (text_.empty()) return {};  // the head, which is borrowed, is all
    return std::string_view(text_).substr(body_offset_);
  }
  /// Of the body before the current line.
  [[nodiscard]] std::size_t body_size() const noexcept { return line_offset_ - body_offset_; }

  /// How many bytes the finished lines of the head have.
  [[nodiscard]] std::size_t line_offset() const noexcept { return line_offset_; }
  /// The head's bytes from `begin` up to the current line. May be borrowed ones.
  [[nodiscard]] std::string_view head_from(std::size_t begin) const noexcept {
    return {head_ + begin, line_offset_ - begin};
  }
  /// The span of a part of the head. {} for nothing: {data() == nullptr}.
  [[nodiscard]] Span span_of(std::string_view part) const noexcept {
    if (part.data() == nullptr) return {};
    return {static_cast<std::uint32_t>(part.data() - head_), static_cast<std::uint32_t>(part.size())};
  }
  /// The part of the head, which may be borrowed. Valid until bytes are appended or kept.
  [[nodiscard]] std::string_view part(Span span) const noexcept { return {head_ + span.offset, span.size}; }

  /// Whether no byte has been kept.
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return text_.capacity(); }
  /// Has memory for exactly so many bytes, which are more than there are.
  void grow_to(std::size_t capacity);
  /// Forgets all bytes; gives the memory back if there is more of it than `kept` bytes.
  void clear(std::size_t kept);

 private:
  std::string text_;
  const char* head_ = nullptr;  // where the head begins: in text_, or where it was read
  std::size_t line_offset_ = 0;
  std::size_t body_offset_ = 0;
};

}  // namespace oneshot::http
