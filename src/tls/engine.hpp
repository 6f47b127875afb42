// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tls/context.hpp"

namespace oneshot::tls {

/// One connection's TLS, the server's side: bytes of the wire in, bytes of the wire out, and the plaintext between. It
/// knows no socket, so that the moments that receipts go by stay TCP's own. One thread at a time.
class Engine {
 public:
  explicit Engine(std::shared_ptr<const Context> context);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// What has come from the wire.
  void receive(std::string_view wire);

  enum class State : std::uint8_t {
    open,     ///< more may come
    closed,   ///< the peer has ended its side (close_notify): no more plaintext comes
    not_tls,  ///< the first byte is no TLS: a client that speaks plain HTTP
    failed,   ///< see failure()
  };
  struct Read {
    State state = State::open;
    std::size_t size = 0;  ///< bytes of plaintext; 0 while the state is open: the wire has to bring more
  };
  /// Goes on with the handshake, then gives plaintext. Both may leave something to be sent.
  Read read(char* space, std::size_t size);
  /// Encrypts all of `plain`. False: the handshake is not over, or the connection failed, and nothing goes out.
  bool write(std::string_view plain);
  /// Our close_notify.
  void close();

  /// Moves what is to be sent to the end of `wire`.
  void drain(std::string& wire);

  /// Nothing can come of a read() before the wire brings more.
  [[nodiscard]] bool is_waiting() const noexcept {
    return state_ == State::open && established_ && unread_wire() == 0 && unread_plain() == 0;
  }
  /// Bytes of the wire that were received and are not read yet.
  [[nodiscard]] std::size_t unread_wire() const noexcept;
  /// Bytes of the plaintext of a record that is read in part.
  [[nodiscard]] std::size_t unread_plain() const noexcept;
  /// All that was received is read, up to the end of a record.
  [[nodiscard]] bool is_between_records() const noexcept;
  [[nodiscard]] bool established() const noexcept { return established_; }
  /// The names in the client's certificate, once established; none unless it was verified.
  [[nodiscard]] const std::vector<std::string>& verified_names() const noexcept { return verified_names_; }
  /// One line for the log: "no shared cipher".
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 private:
  struct Parts;

  State handshake();
  void read_certificate();
  State state_after(int result);

  std::shared_ptr<const Context> context_;
  std::unique_ptr<Parts> parts_;
  bool began_ = false;
  bool established_ = false;
  State state_ = State::open;
  std::vector<std::string> verified_names_;
  std::string failure_;
};

}  // namespace oneshot::tls
