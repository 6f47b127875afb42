// SPDX-License-Identifier: MIT
#include "cluster/nats/security.hpp"

#include <fstream>
#include <string>

namespace oneshot::cluster {
namespace {

constexpr std::streamsize longest_credentials = std::streamsize{64} << 10;

/// libnats names the file and what is wrong with it, behind the place in its own sources: "(opts.c:380): ...".
Unexpected<std::string> failed(std::string_view keys) {
  std::string words = words_for(NATS_SSL_ERROR);
  const std::size_t place = words.starts_with('(') ? words.find("): ") : std::string::npos;
  if (place != std::string::npos) words.erase(0, place + 3);
  return Unexpected{"cluster." + std::string(keys) + ": " + words};
}

// libnats would find out at the first connection, and try again for ever.
Result<void> check_credentials(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(longest_credentials, '\0');
  file.read(text.data(), longest_credentials);
  text.resize(static_cast<std::size_t>(file.gcount()));
  const bool is_whole = text.find("-----BEGIN NATS USER JWT-----") != std::string::npos &&
                        text.find("-----BEGIN USER NKEY SEED-----") != std::string::npos;
  for (char& byte : text) byte = '\0';
  if (is_whole) return {};
  return Unexpected{"cluster.credentials_file: " + path +
                    ": holds no credentials of NATS, which are a JWT and a seed between lines of -----BEGIN and "
                    "-----END: `nsc generate creds` writes them"};
}

Result<void> load_tls_files(natsOptions* made, const NatsOptions& options) {
  if (!options.tls_ca_file.empty() &&
      natsOptions_LoadCATrustedCertificates(made, options.tls_ca_file.c_str()) != NATS_OK)
    return failed("tls_ca_file");
  if (!options.tls_cert_file.empty() &&
      natsOptions_LoadCertificatesChain(made, options.tls_cert_file.c_str(), options.tls_key_file.c_str()) != NATS_OK)
    return failed("tls_cert_file and cluster.tls_key_file");
  return {};
}

natsStatus set_identity(natsOptions* made, const NatsOptions& options) {
  natsStatus status = NATS_OK;
  if (!options.credentials_file.empty())
    status = natsOptions_SetUserCredentialsFromFiles(made, options.credentials_file.c_str(), nullptr);
  if (status == NATS_OK && !options.user.empty())
    status = natsOptions_SetUserInfo(made, options.user.c_str(), options.password.c_str());
  if (status == NATS_OK && wants_tls(options)) status = natsOptions_SetSecure(made, true);
  return status;
}

}  // namespace

Result<void> set_security(natsOptions* made, const NatsOptions& options) {
  if (!options.credentials_file.empty())
    if (auto checked = check_credentials(options.credentials_file); !checked) return checked;
  if (auto loaded = load_tls_files(made, options); !loaded) return loaded;
  if (const natsStatus status = set_identity(made, options); status != NATS_OK)
    return Unexpected{"the connection to the cluster's engine cannot be set up: " + words_for(status)};
  return {};
}

}  // namespace oneshot::cluster
