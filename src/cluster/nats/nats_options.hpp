// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oneshot::cluster {

/// How a replica gets to the ordered log in NATS JetStream, and what that log is like where this replica is the first.
struct NatsOptions {
  std::vector<std::string> servers;  ///< "nats://n1:4222", "tls://n1:4222"; others of the engine are learnt from these
  std::string name = "oneshot";      ///< of the cluster: in the names of its stream and subjects
  std::string replica;               ///< the name by which others ask this one; unique in the cluster
  std::uint64_t boot = 0;            ///< of this run: random, in the subjects at which it is answered
  int copies = 3;                    ///< of each record, on as many nodes: 1, 3 or 5
  std::uint64_t max_bytes = std::uint64_t{192} << 20;  ///< of the log; beyond that the engine refuses records

  std::string credentials_file;  ///< JWT and seed; "": none
  std::string user;              ///< with `password`; "": none
  std::string password;
  std::string tls_ca_file;    ///< PEM, of who signs the engine's certificates; "": the system's, with tls://
  std::string tls_cert_file;  ///< PEM, of this replica; with its key
  std::string tls_key_file;
};

}  // namespace oneshot::cluster
