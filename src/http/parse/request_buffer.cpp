// SPDX-License-Identifier: MIT
#include "http/parse/request_buffer.hpp"

#include "http/parse/target.hpp"

namespace oneshot::http {

void RequestBuffer::percent_encode_line() {
  percent_encode_non_ascii(text_, line_offset_);
  head_ = text_.data();
}

// Not by reserve(), which may take up to twice as much.
void RequestBuffer::grow_to(std::size_t capacity) {
  std::string larger;
  larger.reserve(capacity);
  larger += text_;
  const bool is_borrowed = text_.empty() && head_ != nullptr;
  text_.swap(larger);
  if (!is_borrowed) head_ = text_.data();
}

void RequestBuffer::clear(std::size_t kept) {
  if (text_.capacity() > kept) std::string().swap(text_);
  text_.clear();
  head_ = nullptr;
  line_offset_ = body_offset_ = 0;
}

}  // namespace oneshot::http
