// SPDX-License-Identifier: MIT
#include "http/parse/parser_head.hpp"

#include <utility>

#include "base/byte_scan.hpp"
#include "base/text.hpp"
#include "http/grammar.hpp"
#include "http/parse/field_limits.hpp"
#include "http/parse/target.hpp"

namespace oneshot::http {
namespace {

using Stage = ParseState::Stage;

constexpr auto all_seen = static_cast<std::size_t>(-1);  // llhttp sees what comes behind the head line by line

/// Where the bytes of a name end, with which the text begins.
std::size_t find_name_end(std::string_view text) noexcept {
  const std::size_t end = find_other_than_name(text);
  if (end == text.size() || text[end] == ':') [[likely]]
    return end;
  text.remove_prefix(end);
  return end + token_bytes.find_other_in(text);
}

/// CR LF stands there.
bool is_line_end(std::string_view bytes, std::size_t at) noexcept {
  return at + 2 <= bytes.size() && bytes[at] == '\r' && bytes[at + 1] == '\n';
}

Spelling spelling_of(std::string_view sent, std::string_view path) noexcept {
  if (sent.size() == path.size()) return Spelling::plain;  // whatever is decoded or dropped makes it shorter
  return find_byte(sent, '%') == sent.size() ? Spelling::slashes : Spelling::encoded;
}

// What is kept of the memory of a decoded path, which few requests need.
constexpr std::size_t kept_path_bytes = 1024;

}  // namespace

void HeadParser::begin() {
  if (decoded_path_.capacity() > kept_path_bytes) std::string().swap(decoded_path_);
  header_spans_.clear();
  headers_.clear();
  request_.method = Method::other;
  framing_ = {};
  unseen_offset_ = 0;
  minor_version_ = 1;
  path_is_changed_ = false;
}

std::size_t HeadParser::take_lines(std::string_view bytes) {
  UsualRequestLine parts;
  if (!split_usual_request_line(bytes, parts)) return 0;
  state_.buffer.borrow(bytes);
  if (parts.line.size() <= state_.limits.request_line || fits(parts.line)) take_usual_request_line(parts);
  const auto rest = [&] {
    const std::size_t taken = state_.buffer.line_offset();
    return std::string_view(bytes.data() + taken, bytes.size() - taken);
  };
  while (state_.stage == Stage::headers && take_usual_line(rest())) {
  }
  if (state_.stage != Stage::complete) state_.buffer.keep();
  return state_.buffer.line_offset();
}

/// llhttp, which looks at each byte of what it is shown, is not shown a line of the kind that nearly all are.
void HeadParser::take_usual_request_line(const UsualRequestLine& parts) {
  minor_version_ = parts.minor_version;
  request_.method = parts.method;
  if (!take_target(parts.method_name, parts.path, parts.query)) return;
  state_.machine.pass_plain_line(parts.method, parts.minor_version);
  begin_header_line(parts.line);
  unseen_offset_ = state_.buffer.line_offset();
}

/// Takes the line that the bytes begin with, in one pass that also finds its end. False if that is not there, or there
/// is another byte that has to be looked at closer.
bool HeadParser::take_usual_line(std::string_view bytes) {
  if (is_line_end(bytes, 0)) {
    const std::string_view line(bytes.data(), 2);
    if (field_fits(state_, line) && count_field(state_, line)) take_end_of_headers(line);
    return true;
  }
  const std::size_t colon = find_name_end(bytes);
  return colon != 0 && colon != bytes.size() && bytes[colon] == ':' && take_usual_header_line(bytes, colon);
}

bool HeadParser::take_usual_header_line(std::string_view bytes, std::size_t colon) {
  std::string_view value = bytes;
  value.remove_prefix(colon + 1);
  const std::size_t end = find_unprintable(value);
  if (!is_line_end(value, end)) return false;
  const std::string_view name(bytes.data(), colon);
  const std::string_view line(bytes.data(), colon + 1 + end + 2);
  if (!field_fits(state_, line) || !count_usual_field(state_, line)) return true;
  if (LlhttpMachine::reads_header(name))
    take_header(line, colon);
  else
    take_plain_header(line, name, {value.data(), end});
  return true;
}

/// llhttp, which looks at each byte of what it is shown, would let this line pass and forget it: the name is made of
/// token bytes, the value of printable ones (RFC 9110 5.1, 5.5). So llhttp is shown what stands before and behind it.
void HeadParser::take_plain_header(std::string_view line, std::string_view name, std::string_view value) {
  if (!show_lines()) return;
  value = trim_blanks(value);
  if (MessageFraming::is_framing_header(name) && !take_framing(line, name, value)) return;
  header_spans_.push_back({state_.buffer.span_of(name), state_.buffer.span_of(value)});
  begin_header_line(line);
  unseen_offset_ = state_.buffer.line_offset();
}

bool HeadParser::fits(std::string_view line) {
  if (state_.stage == Stage::headers) return field_fits(state_, line);
  if (without_line_end(line).size() <= state_.limits.request_line) return true;
  return state_.fail(414, "the request line is over " + std::to_string(state_.limits.request_line) + " bytes");
}

void HeadParser::take_line(std::string_view line) {
  if (state_.stage != Stage::request_line) return take_header_line(line);
  const auto parts = split_request_line(without_line_end(line));
  if (!parts) return void(state_.fail(parts.error()));
  take_request_line(line, *parts);
}

void HeadParser::take_request_line(std::string_view line, const RequestLine& parts) {
  minor_version_ = parts.minor_version;
  request_.method = parts.method;
  const auto target = split_target(parts.method_name, parts.target);
  if (!target) return void(state_.fail(target.error()));
  if (!take_target(parts.method_name, target->path, target->query)) return;
  if (parts.is_later_minor)
    show_instead(line, as_minor_1(line));
  else
    unseen_offset_ = state_.machine.show_method(parts.method_name, parts.method);
  if (state_.stage != Stage::failed) begin_header_line(line);
}

bool HeadParser::take_target(std::string_view method_name, std::string_view path, std::string_view query) {
  path_is_changed_ = !is_plain_path(path);
  if (path_is_changed_ && !take_changed_path(path)) return false;
  method_ = state_.buffer.span_of(method_name);
  path_ = state_.buffer.span_of(path);
  query_ = state_.buffer.span_of(query);
  return true;
}

bool HeadParser::take_changed_path(std::string_view path) {
  const auto decoded = decode_path(path, decoded_path_);
  if (!decoded) return state_.fail(decoded.error());
  return decoded_path_.capacity() <= kept_path_bytes || state_.count(decoded_path_.capacity());
}

/// llhttp knows two versions.
std::string HeadParser::as_minor_1(std::string_view line) const {
  const auto parts = split_request_line(without_line_end(line));
  const bool is_known = request_.method != Method::other || parts->method_name == "CONNECT";
  return std::string(is_known ? parts->method_name : "PUT").append(" ").append(parts->target).append(" HTTP/1.1\r\n");
}

/// A tab behind a value is OWS (RFC 9112 5), also among blanks, but llhttp takes it for a part of a length or a coding.
std::string HeadParser::without_trailing_tabs(std::string_view line) {
  return std::string(trim_blanks(without_line_end(line))).append("\r\n");
}

/// Whether there is a tab among the blanks at its end.
bool HeadParser::ends_with_tab(std::string_view content) noexcept {
  if (content.back() != ' ' && content.back() != '\t') return false;  // as nearly always
  return content.substr(content.find_last_not_of(" \t") + 1).find('\t') != std::string_view::npos;
}

void HeadParser::show_instead(std::string_view line, const std::string& instead) {
  if (!show_lines()) return;
  unseen_offset_ = state_.buffer.line_offset() + line.size();
  if (!state_.machine.execute(instead)) explain_refusal(std::string(state_.buffer.head_from(0)).append(line));
}

void HeadParser::take_header_line(std::string_view line) {
  if (!count_field(state_, line)) return;
  if (line.size() == 2) return take_end_of_headers(line);
  take_header(line, find_byte(line, ':'));
}

void HeadParser::take_header(std::string_view line, std::size_t colon) {
  const std::string_view content(line.data(), line.size() - 2);
  // llhttp's names are made of token bytes, so it sees the same colon as we do. Version 8 lets an empty one pass.
  if (colon == 0 || colon >= content.size()) return refuse_header(content);
  const std::string_view name(content.data(), colon);
  std::string_view value = content;
  value.remove_prefix(colon + 1);
  value = trim_blanks(value);
  if (MessageFraming::is_framing_header(name) && !take_framing(line, name, value)) return;
  header_spans_.push_back({state_.buffer.span_of(name), state_.buffer.span_of(value)});
  begin_header_line(line);
}

bool HeadParser::take_framing(std::string_view line, std::string_view name, std::string_view value) {
  const std::string_view content(line.data(), line.size() - 2);
  if (const auto applied = framing_.apply(name, value); !applied) {
    state_.fail(applied.error());
    refuse_header(content);
  } else if (ends_with_tab(content)) {
    show_instead(line, without_trailing_tabs(line));
  }
  return state_.stage != Stage::failed;
}

/// What is wrong with the shape of a header counts before what is wrong with its meaning.
void HeadParser::refuse_header(std::string_view content) {
  if (const auto checked = check_header_line(content, state_.field_lines); !checked) state_.fail(checked.error());
}

void HeadParser::take_end_of_headers(std::string_view line) {
  const BodyLimits* const bodies = state_.limits.bodies;
  body_limit_ = bodies != nullptr && framing_.has_body() ? bodies->body_limit(path()) : state_.limits.body;
  if (const auto checked = framing_.check(minor_version_, body_limit_); !checked)
    return void(state_.fail(checked.error()));
  begin_header_line(line);
  const bool accepted = show_lines();
  unseen_offset_ = all_seen;
  if (!accepted) return;
  const LlhttpMachine& machine = state_.machine;
  if (!machine.headers_complete())
    return void(state_.fail(400, "the header section is not valid: " + machine.reason()));
  state_.keep_alive = framing_.keep_alive(minor_version_) && !machine.is_connect();
  state_.buffer.begin_body();
  state_.stage = machine.message_complete() || machine.is_connect() ? Stage::complete : Stage::head_complete;
}

bool HeadParser::show_unseen_lines() {
  const auto lines = state_.buffer.head_from(std::exchange(unseen_offset_, state_.buffer.line_offset()));
  if (state_.machine.execute(lines)) return true;
  explain_refusal(state_.buffer.head_from(0));
  return false;
}

/// Finds which line llhttp refused by showing it all of them anew, one by one.
void HeadParser::explain_refusal(std::string_view lines) {
  LlhttpMachine& machine = state_.machine;
  machine.begin();
  for (std::size_t number = 0; !lines.empty(); ++number) {
    auto line = lines.substr(0, lines.find('\n') + 1);
    lines.remove_prefix(line.size());
    const auto content = without_line_end(line);
    if (number == 0) {
      const auto parts = split_request_line(content);
      if (!machine.execute(as_minor_1(line)))
        return void(state_.fail(400, "the request target " + shown(parts->target) + " is not valid"));
    } else if (!machine.execute(ends_with_tab(content) ? without_trailing_tabs(line) : std::string(line))) {
      if (content.empty()) break;
      if (const auto checked = check_header_line(content, number); !checked) return void(state_.fail(checked.error()));
      const auto name = content.substr(0, content.find(':'));
      return void(state_.fail(400, "the header " + shown(name) + " is not valid: " + machine.reason()));
    }
  }
  state_.fail(400, "the header section is not valid: " + machine.reason());
}

void HeadParser::begin_header_line(std::string_view line_before) {
  state_.stage = Stage::headers;
  state_.buffer.finish_line(line_before.size());
}

std::string_view HeadParser::path() const noexcept {
  return path_is_changed_ ? std::string_view(decoded_path_) : state_.buffer.part(path_);
}

void HeadParser::make_views() {
  const RequestBuffer& buffer = state_.buffer;
  for (const HeaderSpans& header : header_spans_)
    headers_.push_back({buffer.part(header.name), buffer.part(header.value)});
  request_.method_name = buffer.part(method_);
  request_.path = path();
  request_.spelling = spelling_of(buffer.part(path_), request_.path);
  request_.query = buffer.part(query_);
  request_.headers = headers_;
  request_.body = buffer.body();
}

std::size_t HeadParser::memory() const noexcept {
  return decoded_path_.capacity() + header_spans_.capacity() * sizeof(HeaderSpans) +
         headers_.capacity() * sizeof(Header);
}

}  // namespace oneshot::http
