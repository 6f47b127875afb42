// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The wire of the engine in fake_engine.cpp, which stands in the place of OpenSSL's: a record is a letter, a byte with
/// the length of what it carries, and that.
namespace oneshot::test::fake_wire {

inline constexpr char hello = 'h';    ///< of the handshake, which has two from the client, and an answer to each
inline constexpr char data = 'd';     ///< plaintext
inline constexpr char update = 'u';   ///< new keys: carries nothing that a reader sees
inline constexpr char goodbye = 'n';  ///< close_notify
inline constexpr char alert = 'a';    ///< what the engine says where it fails
inline constexpr std::size_t header = 2;
inline constexpr std::size_t longest = 255;
inline constexpr unsigned hellos = 2;

std::string record(char letter, std::string_view carries = "");

/// What a client has sent, read at once and to its end.
struct Sent {
  struct Data {
    std::size_t begin;  ///< of its record, in the wire
    std::size_t after;  ///< where the record of data before it ends
    std::string text;
  };
  std::vector<Data> data;
  bool established = false;
  bool said_goodbye = false;
  bool failed = false;   ///< something that is no record, or not in its turn
  bool not_tls = false;  ///< from the first byte on
};
Sent read_all(std::string_view wire);

/// The engine that was made last is past its handshake.
extern bool engine_is_established;

}  // namespace oneshot::test::fake_wire
