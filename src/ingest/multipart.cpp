// SPDX-License-Identifier: MIT
#include "ingest/multipart.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.hpp"
#include "ingest/rejections.hpp"

namespace oneshot::ingest {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t longest_boundary = 70;  // RFC 2046 5.1.1

/// Takes one parameter from the front of `rest`, which may begin with a semicolon. False at the end.
bool next_parameter(std::string_view& rest, std::string_view& name, std::string& value) {
  while (!rest.empty() && (rest.front() == ';' || rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  if (rest.empty()) return false;
  const std::size_t name_end = std::min(rest.find_first_of("=;"), rest.size());
  name = trim_blanks(rest.substr(0, name_end));
  rest.remove_prefix(name_end);
  value.clear();
  if (!rest.starts_with('=')) return true;
  rest = trim_blanks(rest.substr(1));
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    value = trim_blanks(rest.substr(0, end));
    rest.remove_prefix(end);
    return true;
  }
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() == '\\' && rest.size() > 1 && (rest[1] == '"' || rest[1] == '\\')) rest.remove_prefix(1);
    value += rest.front();
    rest.remove_prefix(1);
  }
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  return true;
}

/// The text behind the first line end, or nothing.
std::string_view behind(std::string_view text, std::size_t at, std::size_t size) noexcept {
  return at == std::string_view::npos ? std::string_view() : text.substr(at + size);
}

/// What the delimiter lines part a body into.
class Delimiter {
 public:
  Delimiter(std::string_view body, std::string_view boundary, std::string& line) : line_(line) {
    // The first one may stand at the very beginning; each other one has its line end before it.
    line_.assign(line_end).append("--").append(boundary);
    const bool at_the_beginning = body.starts_with(std::string_view(line_).substr(line_end.size()));
    const std::size_t first = at_the_beginning ? 0 : body.find(line_);
    found_ = first != std::string_view::npos;
    if (found_) rest_ = body.substr(first + line_.size() - (at_the_beginning ? line_end.size() : 0));
  }

  [[nodiscard]] bool found() const noexcept { return found_; }

  enum class Next { part, end, broken };
  /// The part behind the delimiter that was read last.
  Next next(std::string_view& part) {
    if (rest_.starts_with("--")) return Next::end;
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
    if (!rest_.starts_with(line_end)) return Next::broken;
    // A part without headers begins with its empty line, whose line end is the delimiter's too.
    const std::size_t end = rest_.find(line_, 0);
    if (end == std::string_view::npos) return Next::broken;
    part = rest_.substr(0, end);
    rest_ = behind(rest_, end, line_.size());
    return Next::part;
  }

 private:
  std::string& line_;
  std::string_view rest_;
  bool found_ = false;
};

bool says_nothing(std::string_view transfer_encoding) noexcept {
  return equals_ignoring_case(transfer_encoding, "7bit") || equals_ignoring_case(transfer_encoding, "8bit") ||
         equals_ignoring_case(transfer_encoding, "binary");
}

}  // namespace

bool header_parameter(std::string_view parameters, std::string_view name, std::string& out) {
  std::string_view found;
  while (next_parameter(parameters, found, out))
    if (equals_ignoring_case(found, name)) return true;
  return false;
}

event::EventBuilder::Taken Multipart::take(std::string_view content_type, std::string_view body) {
  texts_.clear();
  std::string& boundary = texts_.next();
  const std::size_t type_end = std::min(content_type.find(';'), content_type.size());
  if (!header_parameter(content_type.substr(type_end), "boundary", boundary) || boundary.empty())
    return Unexpected{bad_multipart("the Content-Type has no boundary: let the client set the Content-Type itself")};
  if (boundary.size() > longest_boundary) return Unexpected{bad_multipart("the boundary has more than 70 characters")};
  Delimiter delimiter(body, boundary, texts_.next());
  if (body.find('\n') != std::string_view::npos && body.find(line_end) == std::string_view::npos)
    return Unexpected{bad_multipart("its lines end in LF alone: each of them ends in CR LF (RFC 2046 5.1)")};
  if (!delimiter.found())
    return Unexpected{bad_multipart("no line is --" + printable(boundary) + ", the boundary of the Content-Type")};
  for (std::string_view part;;) {
    switch (delimiter.next(part)) {
      case Delimiter::Next::end:
        return {};
      case Delimiter::Next::broken:
        return Unexpected{bad_multipart("it ends before its last line, --" + printable(boundary) + "--")};
      case Delimiter::Next::part:
        if (Taken taken = take_part(part); !taken) return taken;
    }
  }
}

/// `part` begins with the line end of its delimiter.
event::EventBuilder::Taken Multipart::take_part(std::string_view part) {
  constexpr std::string_view empty_line = "\r\n\r\n";
  const std::size_t head_end = part.find(empty_line);
  if (head_end == std::string_view::npos)
    return Unexpected{bad_multipart("a part has no empty line behind its headers")};
  const Result<Part, event::Rejection> head = read_head(part.substr(0, head_end));
  if (!head) return Unexpected{head.error()};
  const std::string_view text = trim_line_ends(part.substr(head_end + empty_line.size()));
  std::string& name = texts_.next();
  if (!header_parameter(head->disposition, "name", name)) return Unexpected{bad_multipart("a part has no name")};
  std::string& file = texts_.next();
  if (header_parameter(head->disposition, "filename", file) || header_parameter(head->disposition, "filename*", file))
    return Unexpected{file_field(name, file)};
  if (head->encoded)
    return Unexpected{
        bad_multipart("field \"" + printable(name) + "\" has a Content-Transfer-Encoding: send it plain")};
  return builder_.parameter(name, text);
}

Result<Multipart::Part, event::Rejection> Multipart::read_head(std::string_view head) {
  Part part;
  while (!head.empty()) {
    if (head.starts_with(line_end)) head.remove_prefix(line_end.size());
    const std::string_view line = head.substr(0, head.find(line_end));
    head.remove_prefix(line.size());
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      if (line.empty()) continue;
      return Unexpected{bad_multipart("a part has a header without a colon")};
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    if (equals_ignoring_case(name, "Content-Transfer-Encoding")) part.encoded = !says_nothing(value);
    if (!equals_ignoring_case(name, "Content-Disposition")) continue;
    const std::size_t kind_end = std::min(value.find(';'), value.size());
    if (!equals_ignoring_case(trim_blanks(value.substr(0, kind_end)), "form-data"))
      return Unexpected{bad_multipart("a part is not form-data")};
    part.disposition = value.substr(kind_end);
  }
  return part;
}

}  // namespace oneshot::ingest
