// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/parse/framing.hpp"
#include "http/parse/parse_state.hpp"
#include "http/parse/request_buffer.hpp"
#include "http/parse/request_line.hpp"
#include "http/request.hpp"

namespace oneshot::http {

/// Takes the head of a request line by line: checks each, finds its parts, and shows llhttp as many lines at once as
/// there are, but for plain headers. Stages request_line and headers.
class HeadParser {
 public:
  explicit HeadParser(ParseState& state) : state_(state) {}

  /// Begins the next request.
  void begin();

  /// Takes the request line that the bytes begin with and the whole header lines behind it where they are. Returns how
  /// many bytes: 0 if the request line is not there with its line end, or is not as nearly all are.
  std::size_t take_lines(std::string_view bytes);
  /// Whether the current line, of which `line` has arrived, is within its limit; if not, it fails.
  bool fits(std::string_view line);
  /// Takes one whole line that was put together in the buffer.
  void take_line(std::string_view line);
  /// Shows llhttp the lines that it has not seen. False if it refused one.
  bool show_lines() { return unseen_offset_ >= state_.buffer.line_offset() || show_unseen_lines(); }
  /// The buffer grows no more, so the request's spans can become views.
  void make_views();

  [[nodiscard]] Request& request() noexcept { return request_; }
  [[nodiscard]] const Request& request() const noexcept { return request_; }
  [[nodiscard]] const MessageFraming& framing() const noexcept { return framing_; }
  [[nodiscard]] int minor_version() const noexcept { return minor_version_; }
  /// After the end of the headers: how long the body may be.
  [[nodiscard]] std::size_t body_limit() const noexcept { return body_limit_; }
  /// Bytes held.
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  struct HeaderSpans {
    RequestBuffer::Span name;
    RequestBuffer::Span value;
  };

  void take_request_line(std::string_view line, const RequestLine& parts);
  void take_usual_request_line(const UsualRequestLine& parts);
  /// Where the parts of the request line are. False, and the request fails, if its path is none.
  bool take_target(std::string_view method_name, std::string_view path, std::string_view query);
  [[gnu::cold, gnu::noinline]] bool take_changed_path(std::string_view path);
  bool take_usual_line(std::string_view bytes);
  bool take_usual_header_line(std::string_view bytes, std::size_t colon);
  void take_plain_header(std::string_view line, std::string_view name, std::string_view value);
  void take_header_line(std::string_view line);
  void take_header(std::string_view line, std::size_t colon);
  /// What the header says about the message itself. False, and the request fails, if it may not.
  [[gnu::noinline]] bool take_framing(std::string_view line, std::string_view name, std::string_view value);
  [[gnu::cold]] void refuse_header(std::string_view content);
  void take_end_of_headers(std::string_view line);
  [[gnu::cold]] void explain_refusal(std::string_view lines);
  /// Shows llhttp another line in place of the current one.
  [[gnu::cold]] void show_instead(std::string_view line, const std::string& instead);
  [[nodiscard]] std::string as_minor_1(std::string_view line) const;
  [[nodiscard]] static std::string without_trailing_tabs(std::string_view line);
  [[nodiscard]] static bool ends_with_tab(std::string_view content) noexcept;
  void begin_header_line(std::string_view line_before);
  bool show_unseen_lines();
  [[nodiscard]] std::string_view path() const noexcept;

  ParseState& state_;
  Request request_;
  std::string decoded_path_;
  std::vector<HeaderSpans> header_spans_;
  std::vector<Header> headers_;
  RequestBuffer::Span method_;
  RequestBuffer::Span path_;
  RequestBuffer::Span query_;
  MessageFraming framing_;
  std::size_t unseen_offset_ = 0;  // from where in the head llhttp is still to be shown it
  std::size_t body_limit_ = 0;
  int minor_version_ = 1;
  bool path_is_changed_ = false;
};

}  // namespace oneshot::http
