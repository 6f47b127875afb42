// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/byte_set.hpp"

namespace oneshot::cluster {

/// [cluster]: where the ordered log is, and who this replica is.
struct Options {
  std::vector<std::string> servers{};         ///< "nats://n1:4222"; none: no cluster, this program keeps its events
  std::string name = "oneshot";               ///< of the cluster: in the names of its stream and subjects
  std::string replica{};                      ///< unique in the cluster; empty: the name of this host
  int copies = 3;                             ///< of each record, on as many nodes of the engine: 1, 3 or 5
  std::chrono::milliseconds timeout{10'000};  ///< a POST is answered by then, also where nobody knows (504)
  std::string credentials_file{};             ///< JWT and seed of NATS; empty: none
  std::string user{};                         ///< with `password_file`; empty: none
  std::string password_file{};                ///< its first line
  std::string tls_ca_file{};                  ///< PEM, of who signs the engine's certificates; empty: the system's
  std::string tls_cert_file{};                ///< PEM, of this replica; with its key
  std::string tls_key_file{};

  /// What `name` and `replica` are made of: parts of a subject of NATS.
  static constexpr ByteSet name_bytes{
      [](char byte) { return is_letter(byte) || is_digit(byte) || byte == '-' || byte == '_'; }};
  static constexpr std::size_t longest_name = 64;

  [[nodiscard]] bool is_on() const noexcept { return !servers.empty(); }
  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace oneshot::cluster
