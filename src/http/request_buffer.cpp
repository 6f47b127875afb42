// SPDX-License-Identifier: MIT
#include "http/request_buffer.hpp"

#include "http/target.hpp"

namespace oneshot::http {

void RequestBuffer::percent_encode_line() {
  percent_encode_non_ascii(text_, line_offset_);
  head_ = text_.data();
}

void RequestBuffer::clear(std::size_t kept) {
  if (text_.capacity() > kept) std::string().swap(text_);
  text_.clear();
  head_ = nullptr;
  line_offset_ = body_offset_ = 0;
}

}  // namespace oneshot::http
