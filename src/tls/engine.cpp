// SPDX-License-Identifier: MIT
// OpenSSL's error queue is one for each thread, and all connections of a worker share it: each call of the library
// begins with an empty one, so that no connection sees another one's error.
#include "tls/engine.hpp"

#include <new>
#include <utility>

#include "tls/client_names.hpp"
#include "tls/library.hpp"

namespace oneshot::tls {
namespace {

constexpr unsigned char handshake_record = 0x16;  // RFC 8446 section 5.1
// What the buffer of bytes to be sent may keep while nothing is sent.
constexpr std::size_t keep_capacity = 16 * 1024;

BIO* make_memory() {
  BIO* const made = BIO_new(BIO_s_mem());
  if (made == nullptr) throw std::bad_alloc();
  BIO_set_mem_eof_return(made, -1);  // empty is not the end
  return made;
}

std::string reason_of(unsigned long error) {
  const char* const reason = ERR_reason_error_string(error);
  return reason == nullptr ? "error " + std::to_string(error) : reason;
}

}  // namespace

struct Engine::Parts {
  explicit Parts(SSL_CTX* context) : ssl(SSL_new(context)) {
    if (!ssl) throw std::bad_alloc();
    SSL_set_bio(ssl.get(), make_memory(), make_memory());
    SSL_set_accept_state(ssl.get());
  }
  [[nodiscard]] BIO* in() const noexcept { return SSL_get_rbio(ssl.get()); }
  [[nodiscard]] BIO* out() const noexcept { return SSL_get_wbio(ssl.get()); }

  SslPointer ssl;
};

Engine::Engine(std::shared_ptr<const Context> context)
    : context_(std::move(context)), parts_(std::make_unique<Parts>(context_->get())) {}

Engine::~Engine() = default;

void Engine::receive(std::string_view wire) {
  if (wire.empty() || state_ != State::open) return;
  if (!std::exchange(began_, true) && static_cast<unsigned char>(wire.front()) != handshake_record) {
    state_ = State::not_tls;
    return;
  }
  if (BIO_write(parts_->in(), wire.data(), static_cast<int>(wire.size())) != static_cast<int>(wire.size()))
    throw std::bad_alloc();
}

Engine::Read Engine::read(char* space, std::size_t size) {
  if (state_ == State::open && !established_) state_ = handshake();
  if (state_ != State::open || !established_) return {state_, 0};
  std::size_t got = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(parts_->ssl.get(), space, size, &got);
  if (result == 1) return {State::open, got};
  state_ = state_after(result);
  return {state_, 0};
}

Engine::State Engine::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(parts_->ssl.get());
  if (result != 1) return state_after(result);
  established_ = true;
  read_certificate();
  return State::open;
}

void Engine::read_certificate() {
  if (!context_->verifies_clients() || SSL_get_verify_result(parts_->ssl.get()) != X509_V_OK) return;
  if (const X509* const shown = SSL_get0_peer_certificate(parts_->ssl.get()))
    verified_names_ = alternative_names(shown);
}

Engine::State Engine::state_after(int result) {
  const int error = SSL_get_error(parts_->ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return State::open;
  if (error == SSL_ERROR_ZERO_RETURN) return State::closed;
  const unsigned long first = ERR_get_error();
  failure_ = first == 0 ? "the connection broke" : reason_of(first);
  return State::failed;
}

bool Engine::write(std::string_view plain) {
  if (!established_ || state_ == State::failed) return false;
  if (plain.empty()) return true;
  std::size_t written = 0;
  ERR_clear_error();
  return SSL_write_ex(parts_->ssl.get(), plain.data(), plain.size(), &written) == 1;
}

void Engine::close() {
  if (!established_ || state_ == State::failed) return;
  ERR_clear_error();
  static_cast<void>(SSL_shutdown(parts_->ssl.get()));
}

void Engine::drain(std::string& wire) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(parts_->out(), &data);
  if (size <= 0) return;
  wire.append(data, static_cast<std::size_t>(size));
  if (static_cast<std::size_t>(size) <= keep_capacity) {
    static_cast<void>(BIO_reset(parts_->out()));
  } else {
    SSL_set0_wbio(parts_->ssl.get(), make_memory());
  }
}

std::size_t Engine::unread_wire() const noexcept { return BIO_ctrl_pending(parts_->in()); }

// The library takes the begin of a record to itself while it waits for the rest.
bool Engine::is_between_records() const noexcept { return SSL_has_pending(parts_->ssl.get()) == 0; }

std::size_t Engine::unread_plain() const noexcept { return static_cast<std::size_t>(SSL_pending(parts_->ssl.get())); }

}  // namespace oneshot::tls
