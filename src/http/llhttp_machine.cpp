// SPDX-License-Identifier: MIT
#include "http/llhttp_machine.hpp"

#include <llhttp.h>

namespace oneshot::http {

struct LlhttpMachine::State {
  llhttp_t machine{};

  static LlhttpMachine& owner(llhttp_t* llhttp) { return *static_cast<LlhttpMachine*>(llhttp->data); }
  static llhttp_settings_t callbacks();
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

LlhttpMachine::LlhttpMachine(RequestBuffer& buffer) : buffer_(buffer), state_(std::make_unique<State>()) { begin(); }

LlhttpMachine::~LlhttpMachine() = default;

void LlhttpMachine::begin() {
  static const llhttp_settings_t settings = State::callbacks();
  // A copy costs less than to fill it anew, which llhttp_init() does by a string instruction.
  static const llhttp_t fresh = [] {
    llhttp_t made;
    llhttp_init(&made, HTTP_REQUEST, &settings);
    return made;
  }();
  state_->machine = fresh;
  state_->machine.data = this;
  chunk_size_ = 0;
  headers_complete_ = message_complete_ = false;
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

std::string LlhttpMachine::reason() const {
  const char* const text = llhttp_get_error_reason(&state_->machine);
  return text != nullptr ? text : "unknown";
}

std::size_t LlhttpMachine::memory() noexcept { return sizeof(State); }

}  // namespace oneshot::http
