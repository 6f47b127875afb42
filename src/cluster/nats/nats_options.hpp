// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/host_port.hpp"
#include "base/result.hpp"
#include "cluster/options.hpp"

namespace oneshot::cluster {

/// How a replica gets to the ordered log in NATS JetStream, and what that log is like where this replica is the first.
struct NatsOptions {
  static constexpr std::size_t longest_name = Options::longest_name;
  static constexpr std::uint64_t least_bytes = std::uint64_t{64} << 10;

  std::vector<std::string> servers;  ///< "nats://n1:4222", "tls://n1:4222"; others of the engine are learnt from these
  std::string name = "oneshot";      ///< of the cluster: in the names of its stream and subjects
  std::string replica;               ///< the name by which others ask this one; unique in the cluster
  std::uint64_t boot = 0;            ///< of this run: random, never 0; in the subjects at which it is answered
  int copies = 3;                    ///< of each record, on as many nodes: 1, 3 or 5
  std::uint64_t max_bytes = std::uint64_t{192} << 20;  ///< of the log; it refuses events at seven eighths

  std::string credentials_file;  ///< JWT and seed; "": none
  std::string user;              ///< with `password`; "": none
  std::string password;
  std::string tls_ca_file;    ///< PEM, of who signs the engine's certificates; "": the system's, with tls://
  std::string tls_cert_file;  ///< PEM, of this replica; with its key
  std::string tls_key_file;
};

/// Whether all of it can be right, and its files can be read. Errors name the option, and no password.
[[nodiscard]] Result<void> check(const NatsOptions& options);

/// Whom a text of `servers` means; who logs in there stands before an `@`, and is passed over.
[[nodiscard]] Result<HostPort> place_of_server(std::string_view server);

/// One of the servers is `tls://`, or a file of TLS is given: then no connection is without it.
[[nodiscard]] bool wants_tls(const NatsOptions& options);

}  // namespace oneshot::cluster
