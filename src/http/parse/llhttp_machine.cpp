// SPDX-License-Identifier: MIT
#include "http/parse/llhttp_machine.hpp"

#include <llhttp.h>

#include <array>
#include <cassert>

#include "base/text.hpp"

namespace oneshot::http {
namespace {

/// In the order of Method.
constexpr std::array<std::string_view, 6> method_names{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"};
static_assert(method_names.size() == static_cast<std::size_t>(Method::other));

std::string words(const llhttp_t& machine) {
  const char* const text = llhttp_get_error_reason(&machine);
  return text != nullptr ? text : "unknown";
}

}  // namespace

struct LlhttpMachine::State {
  llhttp_t machine{};

  static LlhttpMachine& owner(llhttp_t* llhttp) { return *static_cast<LlhttpMachine*>(llhttp->data); }
  static llhttp_settings_t callbacks();
  static llhttp_t fresh();
  static llhttp_t behind_line(std::string_view method, int minor_version);
};

llhttp_settings_t LlhttpMachine::State::callbacks() {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_headers_complete = [](llhttp_t* llhttp) {
    owner(llhttp).headers_complete_ = true;
    return 0;
  };
  settings.on_chunk_header = [](llhttp_t* llhttp) {
    owner(llhttp).chunk_size_ = llhttp->content_length;
    return 0;
  };
  settings.on_body = [](llhttp_t* llhttp, const char* at, std::size_t size) {
    owner(llhttp).buffer_.append_to_body({at, size});
    return 0;
  };
  settings.on_message_complete = [](llhttp_t* llhttp) {
    owner(llhttp).message_complete_ = true;
    return 0;
  };
  return settings;
}

llhttp_t LlhttpMachine::State::fresh() {
  static const llhttp_settings_t settings = callbacks();
  llhttp_t made;
  llhttp_init(&made, HTTP_REQUEST, &settings);
  return made;
}

llhttp_t LlhttpMachine::State::behind_line(std::string_view method, int minor_version) {
  const std::string line = std::string(method).append(" / HTTP/1.").append(std::to_string(minor_version)) + "\r\n";
  llhttp_t made = fresh();
  [[maybe_unused]] const llhttp_errno_t result = llhttp_execute(&made, line.data(), line.size());
  assert(result == HPE_OK);
  return made;
}

LlhttpMachine::LlhttpMachine(RequestBuffer& buffer) : buffer_(buffer), state_(std::make_unique<State>()) { begin(); }

LlhttpMachine::~LlhttpMachine() = default;

// A copy costs less than to fill it anew, which llhttp_init() does by a string instruction.
void LlhttpMachine::begin() {
  static const llhttp_t fresh = State::fresh();
  state_->machine = fresh;
  state_->machine.data = this;
  chunk_size_ = 0;
  headers_complete_ = message_complete_ = false;
}

void LlhttpMachine::pass_plain_line(Method method, int minor_version) {
  static const auto behind = [] {
    std::array<std::array<llhttp_t, 2>, method_names.size()> made;
    for (std::size_t of = 0; of < made.size(); ++of)
      made.at(of) = {State::behind_line(method_names.at(of), 0), State::behind_line(method_names.at(of), 1)};
    return made;
  }();
  state_->machine = behind[static_cast<std::size_t>(method)][static_cast<std::size_t>(minor_version)];
  state_->machine.data = this;
}

// llhttp knows a list of methods. A method that is not in Method is shown to it as PUT, which may have a body or not,
// as any other method may (RFC 9110 9.1 leaves the list open).
std::size_t LlhttpMachine::show_method(std::string_view name, Method method) {
  if (method != Method::other || name == "CONNECT") return 0;
  execute("PUT");
  return name.size();
}

// After CONNECT and after an offer such as `Upgrade: h2c` llhttp pauses for another protocol to take over. None does
// here: an offer is not taken, and the request is plain HTTP/1.1.
bool LlhttpMachine::execute(std::string_view bytes) {
  const llhttp_errno_t result = llhttp_execute(&state_->machine, bytes.data(), bytes.size());
  return result == HPE_OK || result == HPE_PAUSED_UPGRADE;
}

bool LlhttpMachine::is_connect() const noexcept { return state_->machine.method == HTTP_CONNECT; }

std::string LlhttpMachine::reason() const { return words(state_->machine); }

std::size_t LlhttpMachine::memory() noexcept { return sizeof(State); }

struct LlhttpResponseMachine::State {
  llhttp_t machine{};

  static LlhttpResponseMachine& owner(llhttp_t* llhttp) { return *static_cast<LlhttpResponseMachine*>(llhttp->data); }
  static llhttp_settings_t callbacks();
};

llhttp_settings_t LlhttpResponseMachine::State::callbacks() {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_header_field = [](llhttp_t* llhttp, const char* at, std::size_t size) {
    LlhttpResponseMachine& self = owner(llhttp);
    if (self.in_value_) self.header_.clear();
    self.in_value_ = false;
    self.header_.append(at, size);
    return 0;
  };
  settings.on_header_value = [](llhttp_t* llhttp, const char* at, std::size_t size) {
    LlhttpResponseMachine& self = owner(llhttp);
    self.in_value_ = true;
    if (equals_ignoring_case(self.header_, "Location")) self.location_.append(at, size);
    return 0;
  };
  settings.on_body = [](llhttp_t* llhttp, const char* at, std::size_t size) {
    owner(llhttp).body_.append(at, size);
    return 0;
  };
  settings.on_message_complete = [](llhttp_t* llhttp) {
    // 100 Continue and 103 Early Hints come before the response (RFC 9110 15.2).
    if (llhttp->status_code >= 200) owner(llhttp).message_complete_ = true;
    return owner(llhttp).message_complete_ ? int{HPE_PAUSED} : int{HPE_OK};
  };
  return settings;
}

LlhttpResponseMachine::LlhttpResponseMachine() : state_(std::make_unique<State>()) {
  static const llhttp_settings_t settings = State::callbacks();
  llhttp_init(&state_->machine, HTTP_RESPONSE, &settings);
  state_->machine.data = this;
}

LlhttpResponseMachine::~LlhttpResponseMachine() = default;

bool LlhttpResponseMachine::execute(std::string_view bytes) {
  const llhttp_errno_t result = llhttp_execute(&state_->machine, bytes.data(), bytes.size());
  return result == HPE_OK || message_complete_;
}

bool LlhttpResponseMachine::finish() {
  if (!message_complete_ && state_->machine.status_code >= 200) llhttp_finish(&state_->machine);
  return message_complete_;
}

int LlhttpResponseMachine::status() const noexcept { return state_->machine.status_code; }

std::string LlhttpResponseMachine::reason() const { return words(state_->machine); }

}  // namespace oneshot::http
