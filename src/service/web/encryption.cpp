// SPDX-License-Identifier: MIT
#include "service/web/encryption.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "net/eviction/peers.hpp"
#include "net/stream/tls_stream.hpp"
#include "tls/context.hpp"

namespace oneshot::service {
namespace {

/// How the web config calls what the context complains about.
std::string key_of(const settings::WebConfig& config, const std::string& option) {
  const auto source = [&](const settings::PemSource& from, std::string_view inline_key) {
    return std::string(inline_key) + (from.file.empty() ? "" : "_file");
  };
  if (option == "certificate") return source(config.certificate, "cert");
  if (option == "key") return source(config.key, "key");
  if (option == "client_ca") return source(config.client_ca, "client_ca");
  return option;
}

}  // namespace

Result<Encryption> Encryption::make(const settings::Settings& settings) {
  Encryption made;
  if (!settings.web.config.has_tls) return made;
  auto context = tls::Context::make(settings.web.tls);
  if (!context)
    return Unexpected{settings.web.files.front() + ": tls_server_config." +
                      key_of(settings.web.config, context.error().option) + ": " + context.error().text};
  made.context_ = *std::move(context);
  return made;
}

net::WrapStream Encryption::wrap(http::TlsStatistics& statistics, const app::Options& in_use) const {
  if (!context_) return {};
  std::vector<bool> plain{false};  // by the number of the listener; 0 is server.port
  for (const auto& [title, listener] : in_use.listeners) plain.push_back(!listener.is_encrypted());
  return [context = context_, plain = std::move(plain), &statistics](std::unique_ptr<net::Stream> stream,
                                                                     std::uint8_t listener, net::Peer& peer) {
    if (listener < plain.size() && plain[listener]) return stream;
    std::unique_ptr<net::Stream> encrypted =
        std::make_unique<net::TlsStream>(std::move(stream), context, statistics, peer.handshakes());
    return encrypted;
  };
}

std::string Encryption::subject() const { return context_ ? context_->subject() : std::string(); }

std::int64_t Encryption::expires_unix_seconds() const noexcept {
  return context_ ? context_->expires_unix_seconds() : 0;
}

}  // namespace oneshot::service
