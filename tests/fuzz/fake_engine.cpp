// SPDX-License-Identifier: MIT
// Defines the members of tls::Engine, so that the linker takes none of OpenSSL's. Like that one it takes the begin of a
// record to itself while it waits for the rest, and gives plaintext of one record at a time.
#include "fuzz/fake_engine.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tls/engine.hpp"

namespace oneshot::test::fake_wire {

bool engine_is_established = false;

std::string record(char letter, std::string_view carries) {
  std::string made{letter, static_cast<char>(carries.size())};
  return made.append(carries);
}

Sent read_all(std::string_view wire) {
  Sent sent;
  sent.not_tls = !wire.empty() && wire.front() != hello;
  unsigned hellos_left = hellos;
  std::size_t at = 0;
  std::size_t data_end = 0;
  while (!sent.not_tls && at + header <= wire.size()) {
    const std::size_t size = static_cast<unsigned char>(wire[at + 1]);
    if (at + header + size > wire.size()) break;
    const char letter = wire[at];
    const std::string_view carries = wire.substr(at + header, size);
    if (letter == hello && hellos_left > 0) {
      sent.established = --hellos_left == 0;
    } else if (letter == data && sent.established) {
      if (size > 0) sent.data.push_back({at, std::exchange(data_end, at + header + size), std::string(carries)});
    } else if (letter == goodbye && sent.established) {
      sent.said_goodbye = true;
      break;
    } else if (letter != update || !sent.established) {
      sent.failed = true;
      break;
    }
    at += header + size;
  }
  return sent;
}

}  // namespace oneshot::test::fake_wire

namespace oneshot::tls {

namespace wire = test::fake_wire;

struct Engine::Parts {
  std::string in;      // not looked at yet
  std::string record;  // the one that is read next, as far as it has come
  std::string plain;   // of the last one, what was not read
  std::string out;
  unsigned hellos_left = wire::hellos;
};

Engine::Engine(std::shared_ptr<const Context> context)
    : context_(std::move(context)), parts_(std::make_unique<Parts>()) {
  wire::engine_is_established = false;
}
Engine::~Engine() = default;

void Engine::receive(std::string_view bytes) {
  if (bytes.empty() || state_ != State::open) return;
  if (!std::exchange(began_, true) && bytes.front() != wire::hello) {
    state_ = State::not_tls;
    return;
  }
  parts_->in += bytes;
}

/// The next record, whole; else what there is of it is taken, and nothing given.
Engine::State Engine::handshake() {
  Parts& parts = *parts_;
  const auto take = [&parts](std::size_t up_to) {
    const std::size_t size = std::min(parts.in.size(), up_to - std::min(up_to, parts.record.size()));
    parts.record.append(parts.in, 0, size);
    parts.in.erase(0, size);
    return parts.record.size() >= up_to;
  };
  if (!take(wire::header) || !take(wire::header + static_cast<unsigned char>(parts.record[1]))) return State::open;
  const std::string whole = std::exchange(parts.record, {});
  if (whole[0] != wire::data || !established_) return state_after(whole[0]);
  parts.plain = whole.substr(wire::header);
  return State::open;
}

/// What a whole record other than data does.
Engine::State Engine::state_after(int letter) {
  if (letter == wire::update && established_) return State::open;
  if (letter == wire::hello && parts_->hellos_left > 0) {
    parts_->out += wire::record(wire::hello);
    wire::engine_is_established = established_ = --parts_->hellos_left == 0;
    return State::open;
  }
  if (letter == wire::goodbye && established_) return State::closed;
  parts_->out += wire::record(wire::alert);
  failure_ = "no record";
  return State::failed;
}

Engine::Read Engine::read(char* space, std::size_t size) {
  Parts& parts = *parts_;
  while (state_ == State::open && parts.plain.empty() && !parts.in.empty()) state_ = handshake();
  if (parts.plain.empty()) return {state_, 0};
  const std::size_t given = std::min(size, parts.plain.size());
  std::memcpy(space, parts.plain.data(), given);
  parts.plain.erase(0, given);
  return {State::open, given};
}

bool Engine::write(std::string_view plain) {
  if (!established_ || state_ == State::failed) return false;
  for (std::size_t at = 0; at < plain.size(); at += wire::longest)
    parts_->out += wire::record(wire::data, plain.substr(at, wire::longest));
  return true;
}

void Engine::close() {
  if (established_ && state_ != State::failed) parts_->out += wire::record(wire::goodbye);
}

void Engine::drain(std::string& bytes) { bytes += std::exchange(parts_->out, {}); }

std::size_t Engine::unread_wire() const noexcept { return parts_->in.size(); }
std::size_t Engine::unread_plain() const noexcept { return parts_->plain.size(); }
bool Engine::is_between_records() const noexcept { return parts_->record.empty() && parts_->plain.empty(); }

}  // namespace oneshot::tls
