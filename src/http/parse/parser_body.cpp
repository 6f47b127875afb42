// SPDX-License-Identifier: MIT
#include "http/parse/parser_body.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "http/body_limits.hpp"
#include "http/grammar.hpp"
#include "http/parse/field_limits.hpp"

namespace oneshot::http {
namespace {

using Stage = ParseState::Stage;

constexpr std::size_t chunk_digits = 16;              // a 64-bit size in hexadecimal
constexpr std::size_t extensions_allowed = 4 * 1024;  // bytes of chunk extensions in one request; nobody sends any

}  // namespace

void BodyParser::begin(const MessageFraming& framing, int minor_version, std::size_t limit) {
  limit_ = limit;
  extension_bytes_ = 0;
  left_ = framing.length();
  state_.stage = framing.chunked() ? Stage::chunk_line : Stage::body;
  continue_wanted_ = is_there_memory() && framing.expects_continue(minor_version);
}

/// Whether the budget has room for the body now, so that its client need not send it in vain; if not, it fails. None of
/// it is taken: that comes with the bytes.
bool BodyParser::is_there_memory() {
  const MemoryBudget* const budget = state_.limits.budget;
  if (budget == nullptr || left_ <= kept_bytes) return true;
  if (budget->has(static_cast<std::size_t>(left_) - kept_bytes, MemoryBudget::Use::request)) return true;
  return state_.fail_for_memory();
}

/// How many bytes the buffer is going to have: of a body in chunks, nobody knows before its end.
std::size_t BodyParser::most() const noexcept {
  if (state_.stage == Stage::body) return state_.buffer.size() + static_cast<std::size_t>(left_);
  return state_.buffer.line_offset() - state_.buffer.body_size() + limit_ + kept_bytes;
}

std::size_t BodyParser::take(std::string_view bytes) {
  continue_wanted_ = false;
  const auto part = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_)));
  if (!state_.make_room(part.size(), most())) return part.size();
  left_ -= part.size();
  if (!state_.machine.execute(part)) {
    state_.fail(400, "a chunk is longer than its size says (CR LF is required after it)");
  } else if (left_ == 0 && state_.stage == Stage::chunk) {
    begin_line(Stage::chunk_line);
  } else if (left_ == 0 && !state_.machine.message_complete()) {
    state_.fail(400, "the body is not as long as Content-Length says");
  } else if (left_ == 0) {
    state_.stage = Stage::complete;
  }
  return part.size();
}

bool BodyParser::fits(std::string_view line) {
  continue_wanted_ = false;
  if (state_.stage == Stage::trailers) return field_fits(state_, line);
  if (without_line_end(line).size() <= chunk_digits + extensions_allowed - extension_bytes_) return true;
  return state_.fail(400, "the chunk extensions are over " + std::to_string(extensions_allowed) + " bytes");
}

void BodyParser::take_line(std::string_view line) {
  if (state_.stage == Stage::chunk_line) return take_chunk_line(without_line_end(line));
  take_trailer_line(line);
}

void BodyParser::take_chunk_line(std::string_view content) {
  const auto digits_end = std::find_if_not(content.begin(), content.end(), is_hex_digit);
  const auto digits = content.substr(0, static_cast<std::size_t>(digits_end - content.begin()));
  const auto extensions = content.substr(digits.size());
  const bool well_formed =
      !digits.empty() && digits.size() <= chunk_digits &&
      (extensions.empty() || (extensions.front() == ';' && control_bytes.find_in(extensions) == extensions.size()));
  // Extensions are ours to ignore (RFC 9112 7.1.1), so llhttp, which knows some shapes only, is not shown them.
  if (!well_formed || !state_.machine.execute(digits) || !state_.machine.execute("\r\n"))
    return void(
        state_.fail(400, "the chunk size " + shown(content) + " must be a number of 1 to 16 hexadecimal digits"));
  const std::uint64_t size = state_.machine.chunk_size();
  const std::size_t so_far = state_.buffer.body_size();
  if (const auto checked = check_body_size(so_far, size, limit_); !checked) return void(state_.fail(checked.error()));
  extension_bytes_ += extensions.size();
  state_.buffer.drop_line();
  left_ = size + 2;
  begin_line(size == 0 ? Stage::trailers : Stage::chunk);
}

/// Trailers are held to the same rules and limits as headers, and then forgotten.
void BodyParser::take_trailer_line(std::string_view line) {
  if (!count_field(state_, line)) return;
  const auto content = without_line_end(line);
  const auto name = content.substr(0, content.find(':'));
  if (equals_ignoring_case(name, "content-length") || equals_ignoring_case(name, "transfer-encoding"))
    return void(state_.fail(400, "the trailer " + shown(name) + " is not allowed after a body"));
  if (!state_.machine.execute(line)) {
    if (const auto checked = check_header_line(content, state_.field_lines); !checked)
      return void(state_.fail(checked.error()));
    return void(state_.fail(400, "the trailer " + shown(name) + " is not valid: " + state_.machine.reason()));
  }
  const bool last = content.empty();
  state_.buffer.drop_line();
  if (!last) return;
  if (!state_.machine.message_complete()) return void(state_.fail(400, "the trailer section is not valid"));
  state_.stage = Stage::complete;
}

void BodyParser::begin_line(Stage stage) {
  state_.stage = stage;
  state_.buffer.begin_line();
}

}  // namespace oneshot::http
