// SPDX-License-Identifier: MIT
//
// llhttp behind a guard. The guard cuts the head, the chunk sizes and the trailers into lines and hands llhttp whole
// lines only: those of a head all at once, as far as they are there; bodies it hands on as they arrive. That gives us:
// - exact limits, raised as soon as a byte passes them, whether or not the rest ever arrives;
// - what llhttp lets pass is refused here: folded lines, spare whitespace in the request line, RTSP, a header
//   without a name, a missing Host; the unit tests give the same results with llhttp 8.1, 9.2 and 9.4;
// - results that cannot depend on how the network cut the bytes;
// - two opinions on where a message ends. If they ever differ, the request is refused.
// llhttp remains the judge of the grammar and the framing. Only this file knows it.

#include "http/parser.hpp"

#include <llhttp.h>

#include <algorithm>
#include <utility>

#include "base/byte_scan.hpp"
#include "base/text.hpp"
#include "http/grammar.hpp"
#include "http/request_line.hpp"
#include "http/target.hpp"

namespace oneshot::http {
namespace {

constexpr std::size_t kept_bytes = 16 * 1024;            // between requests, for each connection
constexpr int empty_lines_allowed = 8;                   // some old clients send one after a body
constexpr std::size_t chunk_digits = 16;                 // a 64-bit size in hexadecimal
constexpr std::size_t extensions_allowed = 4 * 1024;     // bytes of chunk extensions in one request; nobody sends any
constexpr auto all_seen = static_cast<std::size_t>(-1);  // llhttp sees what comes behind the head line by line
constexpr char tls_handshake = 0x16;                     // the first byte of a TLS client

/// A line may be cut anywhere, also before its line end, so a CR that is last may be a part of that.
std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The line that the bytes begin with, if its end is there and no other control byte, of which the first stands at
/// `control`; else nothing.
std::string_view clean_line(std::string_view bytes, std::size_t control) {
  const bool ends = control + 2 <= bytes.size() && bytes[control] == '\r' && bytes[control + 1] == '\n';
  return bytes.substr(0, ends ? control + 2 : 0);
}

Method method_of(std::string_view name) {
  if (equals(name, "POST")) return Method::post;
  if (equals(name, "GET")) return Method::get;
  if (equals(name, "HEAD")) return Method::head;
  if (name == "PUT") return Method::put;
  if (name == "DELETE") return Method::del;
  if (name == "OPTIONS") return Method::options;
  return Method::other;
}

}  // namespace

struct Parser::Machine {
  llhttp_t state{};
  std::uint64_t chunk_size = 0;
  bool headers_complete = false;
  bool message_complete = false;

  void begin(Parser& owner) {
    static const llhttp_settings_t settings = callbacks();
    // A copy costs less than to fill it anew, which llhttp_init() does by a string instruction.
    static const llhttp_t fresh = [] {
      llhttp_t made;
      llhttp_init(&made, HTTP_REQUEST, &settings);
      return made;
    }();
    state = fresh;
    state.data = &owner;
    chunk_size = 0;
    headers_complete = message_complete = false;
  }

  /// False if llhttp refuses the bytes. After CONNECT and after an offer such as `Upgrade: h2c` it pauses for another
  /// protocol to take over. None does here: an offer is not taken, and the request is plain HTTP/1.1.
  bool execute(std::string_view bytes) {
    const llhttp_errno_t result = llhttp_execute(&state, bytes.data(), bytes.size());
    return result == HPE_OK || result == HPE_PAUSED_UPGRADE;
  }

  /// llhttp knows a list of methods. For us there are four that matter; any other one is shown to it as PUT, which may
  /// have a body or not, as theirs may (RFC 9110 9.1 leaves the list open). How many bytes of the request line are
  /// done with by that.
  std::size_t begin_with(std::string_view name, Method method) {
    if (method != Method::other || name == "CONNECT") return 0;
    execute("PUT");
    return name.size();
  }

  [[nodiscard]] bool is_connect() const { return state.method == HTTP_CONNECT; }
  [[nodiscard]] std::string reason() const {
    const char* const text = llhttp_get_error_reason(&state);
    return text != nullptr ? text : "unknown";
  }

  static Parser& owner(llhttp_t* llhttp) { return *static_cast<Parser*>(llhttp->data); }

  static llhttp_settings_t callbacks() {
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_headers_complete = [](llhttp_t* llhttp) {
      owner(llhttp).machine_->headers_complete = true;
      return 0;
    };
    settings.on_chunk_header = [](llhttp_t* llhttp) {
      owner(llhttp).machine_->chunk_size = llhttp->content_length;
      return 0;
    };
    settings.on_body = [](llhttp_t* llhttp, const char* at, std::size_t size) {
      owner(llhttp).arena_.append(at, size);
      return 0;
    };
    settings.on_message_complete = [](llhttp_t* llhttp) {
      owner(llhttp).machine_->message_complete = true;
      return 0;
    };
    return settings;
  }
};

Parser::Parser(const Limits& limits) : limits_(limits), machine_(std::make_unique<Machine>()) {
  machine_->begin(*this);
}

Parser::~Parser() = default;

void Parser::next() {
  if (arena_.capacity() > kept_bytes) std::string().swap(arena_);
  if (decoded_path_.capacity() > kept_bytes) std::string().swap(decoded_path_);
  arena_.clear();
  header_places_.clear();
  headers_.clear();
  request_.method = Method::other;
  if (stage_ == Stage::failed) error_ = {};
  framing_ = {};
  line_at_ = body_at_ = header_bytes_ = header_lines_ = extension_bytes_ = 0;
  left_ = 0;
  empty_lines_ = 0;
  minor_version_ = 1;
  unseen_at_ = 0;
  stage_ = Stage::idle;
  after_cr_ = path_is_encoded_ = keep_alive_ = continue_wanted_ = false;
  machine_->begin(*this);
}

std::size_t Parser::memory() const noexcept {
  return sizeof(Parser) + sizeof(Machine) + arena_.capacity() + decoded_path_.capacity() +
         header_places_.capacity() * sizeof(HeaderPlace) + headers_.capacity() * sizeof(Header);
}

Fed Parser::feed(std::string_view bytes) {
  if (stage_ >= Stage::complete) return {0, stage_ == Stage::complete ? Progress::complete : Progress::error};
  std::size_t used = 0;
  while (used < bytes.size() && stage_ < Stage::complete) used += take(bytes.substr(used));
  // Of two faults the first counts, so llhttp gets to see what is before another one, or before what has not arrived.
  if (unseen_at_ < line_at_) show_lines(line_at_);
  if (stage_ == Stage::failed) return {used, Progress::error};
  if (stage_ == Stage::complete) {
    make_views();
    return {used, Progress::complete};
  }
  return {used, std::exchange(continue_wanted_, false) ? Progress::continue_wanted : Progress::need_more};
}

std::size_t Parser::take(std::string_view bytes) {
  continue_wanted_ = false;  // a client whose body is already here does not wait
  switch (stage_) {
    case Stage::idle:
      return take_between_requests(bytes);
    case Stage::request_line:
      return arena_.empty() ? take_head(bytes) : take_line(bytes);
    case Stage::body:
    case Stage::chunk:
      return take_data(bytes);
    default:
      return take_line(bytes);
  }
}

std::size_t Parser::take_between_requests(std::string_view bytes) {
  std::size_t used = 0;
  for (const char c : bytes) {
    if (after_cr_ ? c != '\n' : c != '\r') break;
    ++used;
    after_cr_ = !after_cr_;
    if (!after_cr_ && ++empty_lines_ > empty_lines_allowed) {
      fail(400, "more than " + std::to_string(empty_lines_allowed) + " empty lines before the request line");
      return used;
    }
  }
  if (used == bytes.size()) return used;
  const char first = bytes[used];
  if (after_cr_ || first == '\n') {
    refuse(Fault::lone_line_end);
  } else if (first == tls_handshake) {
    fail(400, "this is TLS, and only plain HTTP is supported");
  } else if (!token_bytes.has(first)) {
    fail(400, "the request begins with the byte " + shown_byte(first) + " (a method, such as GET, is required)");
  } else {
    stage_ = Stage::request_line;
  }
  return used;
}

/// The whole lines of a head whose begin is the bytes' begin, which is nearly always all of it. They are taken apart
/// where they are, and copied in one piece.
std::size_t Parser::take_head(std::string_view bytes) {
  head_ = bytes.data();
  // A request line that is not ASCII has to be changed first, in the arena.
  const auto first = clean_line(bytes, find_unprintable(bytes));
  if (first.empty()) return take_line(bytes);
  if (within_limits(first)) take_request_line(first);
  while (stage_ == Stage::headers) {
    const auto rest = bytes.substr(line_at_);
    const auto line = clean_line(rest, find_control(rest));
    if (line.empty()) break;
    if (field_fits(line)) take_header_line(line);
  }
  arena_.assign(bytes.substr(0, line_at_));
  return line_at_;
}

std::size_t Parser::take_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const bool whole = end != std::string_view::npos;
  const auto piece = whole ? bytes.substr(0, end + 1) : bytes;
  arena_.append(piece);
  const bool fits = within_limits(line());
  if (fits && whole && stage_ == Stage::request_line) percent_encode_non_ascii(arena_, line_at_);
  head_ = arena_.data();  // which may have moved
  if (fits && whole) take_whole_line(line());
  return piece.size();
}

bool Parser::within_limits(std::string_view line) {
  switch (stage_) {
    case Stage::request_line:
      return without_line_end(line).size() <= limits_.request_line || refuse(Fault::request_line_too_long);
    case Stage::chunk_line:
      return without_line_end(line).size() <= chunk_digits + extensions_allowed - extension_bytes_ ||
             refuse(Fault::chunk_extensions_too_long);
    default:
      return field_fits(line);
  }
}

/// A line of headers or trailers, or its begin.
bool Parser::field_fits(std::string_view line) {
  return header_bytes_ + line.size() <= limits_.header_bytes || refuse(Fault::header_section_too_long);
}

void Parser::take_whole_line(std::string_view whole) {
  const auto cr = whole.find('\r');
  if (cr == std::string_view::npos || cr + 2 != whole.size()) return void(refuse(Fault::lone_line_end));
  switch (stage_) {
    case Stage::request_line:
      return take_request_line(whole);
    case Stage::headers:
      return take_header_line(whole);
    case Stage::chunk_line:
      return take_chunk_line();
    default:
      return take_trailer_line();
  }
}

/// A line of headers or trailers; false if it may not be there.
bool Parser::count_field(std::string_view line) {
  header_bytes_ += line.size();
  if (line.size() == 2) return true;  // the empty one at their end
  if (line.front() == ' ' || line.front() == '\t') return refuse(Fault::folded_line);
  return ++header_lines_ <= limits_.headers || refuse(Fault::too_many_header_lines);
}

/// The words for it, apart from the checks themselves, which every line goes through. Always false.
bool Parser::refuse(Fault fault) {
  switch (fault) {
    case Fault::request_line_too_long:
      fail(414, "the request line is over " + std::to_string(limits_.request_line) + " bytes");
      break;
    case Fault::header_section_too_long:
      fail(431, "the header section is over " + std::to_string(limits_.header_bytes) + " bytes");
      break;
    case Fault::too_many_header_lines:
      fail(431, "there are more than " + std::to_string(limits_.headers) + " header lines");
      break;
    case Fault::folded_line:
      fail(400, "a header line begins with whitespace (folded lines are not allowed)");
      break;
    case Fault::lone_line_end:
      fail(400, "a line that ends in a lone CR or LF (CR LF is required)");
      break;
    case Fault::chunk_extensions_too_long:
      fail(400, "the chunk extensions are over " + std::to_string(extensions_allowed) + " bytes");
      break;
  }
  return false;
}

void Parser::take_request_line(std::string_view line) {
  const auto parts = split_request_line(without_line_end(line));
  if (!parts) return fail(parts.error());
  minor_version_ = parts->minor_version;
  request_.method = method_of(parts->method);
  const auto target = split_target(parts->method, parts->target);
  if (!target) return fail(target.error());
  path_is_encoded_ = find_byte(target->path, '%') != target->path.size();
  if (path_is_encoded_) {
    const auto decoded = decode_path(target->path, decoded_path_);
    if (!decoded) return fail(decoded.error());
  }
  method_ = place_of(parts->method);
  path_ = place_of(target->path);
  query_ = place_of(target->query);
  unseen_at_ = machine_->begin_with(parts->method, request_.method);
  begin_header_line(line);
}

void Parser::take_header_line(std::string_view line) {
  if (!count_field(line)) return;
  if (line.size() == 2) return take_end_of_headers(line);
  const auto content = without_line_end(line);
  const std::size_t colon = find_byte(content, ':');
  // llhttp's names are made of token bytes, so it sees the same colon as we do. Version 8 lets an empty one pass.
  if (colon == 0 || colon == content.size()) return refuse_header(content);
  const auto name = content.substr(0, colon);
  const auto value = trim_blanks(content.substr(colon + 1));
  if (MessageFraming::is_framing_header(name) && !apply(name, value)) return refuse_header(content);
  header_places_.push_back({place_of(name), place_of(value)});
  begin_header_line(line);
}

bool Parser::apply(std::string_view name, std::string_view value) {
  const auto applied = framing_.apply(name, value);
  if (!applied) fail(applied.error());
  return applied.has_value();
}

/// What is wrong with the shape of a header counts before what is wrong with its meaning.
void Parser::refuse_header(std::string_view content) {
  if (const auto checked = check_header_line(content, header_lines_); !checked) fail(checked.error());
}

void Parser::take_end_of_headers(std::string_view line) {
  if (const auto checked = framing_.check(minor_version_, limits_.body); !checked) return fail(checked.error());
  begin_header_line(line);
  const bool accepted = show_lines(line_at_);
  unseen_at_ = all_seen;
  if (!accepted) return;
  if (!machine_->headers_complete) return fail(400, "the header section is not valid: " + machine_->reason());
  keep_alive_ = framing_.keep_alive(minor_version_) && !machine_->is_connect();
  body_at_ = line_at_;
  if (machine_->message_complete || machine_->is_connect()) return void(stage_ = Stage::complete);
  left_ = framing_.length();
  continue_wanted_ = framing_.expects_continue(minor_version_);
  stage_ = framing_.chunked() ? Stage::chunk_line : Stage::body;
}

/// Shows llhttp the lines of the head that it has not seen, up to `end`. False if it refused one.
bool Parser::show_lines(std::size_t end) {
  const std::string_view lines(head_ + unseen_at_, end - unseen_at_);
  unseen_at_ = end;
  if (machine_->execute(lines)) return true;
  explain_refusal({head_, end});
  return false;
}

/// Finds by showing the lines anew, one by one, which it was.
void Parser::explain_refusal(std::string_view lines) {
  machine_->begin(*this);
  for (std::size_t number = 0; !lines.empty(); ++number) {
    auto line = lines.substr(0, lines.find('\n') + 1);
    lines.remove_prefix(line.size());
    const auto content = without_line_end(line);
    if (number == 0) {
      const auto parts = split_request_line(content);
      line.remove_prefix(machine_->begin_with(parts->method, request_.method));
      if (!machine_->execute(line)) return fail(400, "the request target " + shown(parts->target) + " is not valid");
    } else if (!machine_->execute(line)) {
      if (content.empty()) break;
      if (const auto checked = check_header_line(content, number); !checked) return fail(checked.error());
      const auto name = content.substr(0, content.find(':'));
      return fail(400, "the header " + shown(name) + " is not valid: " + machine_->reason());
    }
  }
  fail(400, "the header section is not valid: " + machine_->reason());
}

void Parser::take_chunk_line() {
  const auto digits_end = std::find_if_not(content().begin(), content().end(), is_hex_digit);
  const auto digits = content().substr(0, static_cast<std::size_t>(digits_end - content().begin()));
  const auto extensions = content().substr(digits.size());
  const bool well_formed =
      !digits.empty() && digits.size() <= chunk_digits &&
      (extensions.empty() || (extensions.front() == ';' && control_bytes.find_in(extensions) == extensions.size()));
  // Extensions are ours to ignore (RFC 9112 7.1.1), so llhttp, which knows some shapes only, is not shown them.
  if (!well_formed || !machine_->execute(digits) || !machine_->execute("\r\n"))
    return fail(400, "the chunk size " + shown(content()) + " must be a number of 1 to 16 hexadecimal digits");
  if (machine_->chunk_size > limits_.body - (line_at_ - body_at_))
    return fail(413, "the body is over " + std::to_string(limits_.body) + " bytes");
  extension_bytes_ += extensions.size();
  arena_.resize(line_at_);
  left_ = machine_->chunk_size + 2;
  begin_line(machine_->chunk_size == 0 ? Stage::trailers : Stage::chunk);
}

/// Trailers are held to the same rules and limits as headers, and then forgotten.
void Parser::take_trailer_line() {
  if (!count_field(line())) return;
  const auto name = content().substr(0, content().find(':'));
  if (equals_ignoring_case(name, "content-length") || equals_ignoring_case(name, "transfer-encoding"))
    return fail(400, "the trailer " + shown(name) + " is not allowed after a body");
  if (!machine_->execute(line())) {
    if (const auto checked = check_header_line(content(), header_lines_); !checked) return fail(checked.error());
    return fail(400, "the trailer " + shown(name) + " is not valid: " + machine_->reason());
  }
  const bool last = content().empty();
  arena_.resize(line_at_);
  if (!last) return;
  if (!machine_->message_complete) return fail(400, "the trailer section is not valid");
  stage_ = Stage::complete;
}

std::size_t Parser::take_data(std::string_view bytes) {
  const auto part = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_)));
  left_ -= part.size();
  if (!machine_->execute(part)) {
    fail(400, "a chunk is longer than its size says (CR LF is required after it)");
  } else if (left_ == 0 && stage_ == Stage::chunk) {
    begin_line(Stage::chunk_line);
  } else if (left_ == 0 && !machine_->message_complete) {
    fail(400, "the body is not as long as Content-Length says");
  } else if (left_ == 0) {
    stage_ = Stage::complete;
  }
  return part.size();
}

void Parser::begin_line(Stage stage) {
  stage_ = stage;
  line_at_ = arena_.size();
}

/// Behind this one of the head, which may not be in the arena yet.
void Parser::begin_header_line(std::string_view line) {
  stage_ = Stage::headers;
  line_at_ += line.size();
}

/// The arena grows no more, so its places can become views.
void Parser::make_views() {
  for (const HeaderPlace& header : header_places_) headers_.push_back({at(header.name), at(header.value)});
  request_.method_name = at(method_);
  request_.path = path_is_encoded_ ? std::string_view(decoded_path_) : at(path_);
  request_.query = at(query_);
  request_.headers = headers_;
  request_.body = std::string_view(arena_).substr(body_at_);
}

void Parser::fail(int status, std::string message) {
  stage_ = Stage::failed;
  keep_alive_ = false;
  error_ = {status, std::move(message)};
}

void Parser::fail(const ProtocolError& error) { fail(error.status, error.message); }

/// The line that is being put together, with as much of its line end as is there.
std::string_view Parser::line() const noexcept { return std::string_view(arena_).substr(line_at_); }

/// A whole line without its line end.
std::string_view Parser::content() const noexcept {
  auto text = line();
  text.remove_suffix(2);
  return text;
}

Parser::Place Parser::place_of(std::string_view view) const noexcept {
  if (view.data() == nullptr) return {};
  return {static_cast<std::uint32_t>(view.data() - head_), static_cast<std::uint32_t>(view.size())};
}

std::string_view Parser::at(Place place) const noexcept { return {arena_.data() + place.at, place.size}; }

}  // namespace oneshot::http
