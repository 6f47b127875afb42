// SPDX-License-Identifier: MIT
#include "settings/sources/read_web.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

#include "settings/read_file.hpp"
#include "settings/sources/credentials_directory.hpp"

namespace oneshot::settings {
namespace {

constexpr std::size_t max_pem_bytes = 1024 * 1024;

/// One of the files that tls_server_config names.
struct Part {
  std::string_view key;
  const PemSource& source;
  std::string& into;
};

class WebReader {
 public:
  WebReader(Web& web, const Environment& environment) : web_(web), environment_(environment) {}

  Result<void> read() {
    const WebConfig& config = web_.config;
    web_.tls = config.tls;
    for (const Part& part :
         {Part{"cert_file", config.certificate, web_.tls.certificate}, Part{"key_file", config.key, web_.tls.key},
          Part{"client_ca_file", config.client_ca, web_.tls.client_ca}}) {
      Result<std::string> pem = read(part.source);
      if (!pem) return Unexpected{config_file() + ": tls_server_config." + std::string(part.key) + ": " + pem.error()};
      part.into = *std::move(pem);
    }
    return {};
  }

 private:
  Result<std::string> read(const PemSource& source) {
    if (source.file.empty()) return source.text;
    // Not shown: it may be a key.
    if (source.file.find("-----BEGIN") != std::string::npos || source.file.find('\n') != std::string::npos)
      return Unexpected{
          std::string("has a PEM text where the name of a file belongs: give the text to the key without _file")};
    Result<std::string> path = expand_credentials_directory(source.file, environment_);
    if (!path) return path;
    const std::size_t slash = config_file().rfind('/');
    if (!path->starts_with('/') && slash != std::string::npos) path->insert(0, config_file(), 0, slash + 1);
    web_.files.push_back(*path);
    return read_regular_file(*path, max_pem_bytes);
  }
  [[nodiscard]] const std::string& config_file() const { return web_.files.front(); }

  Web& web_;
  const Environment& environment_;
};

}  // namespace

Result<Web> read_web(const std::string& file, const Environment& environment) {
  Web web;
  if (file.empty()) return web;
  const Result<std::string> path = expand_credentials_directory(file, environment);
  if (!path) return Unexpected{"server.web_config_file: " + path.error()};
  web.files = {*path};
  auto config = read_web_config(*path);
  if (!config) return Unexpected{config.error()};
  web.config = *std::move(config);
  if (!web.config.has_tls) return web;
  if (auto read = WebReader(web, environment).read(); !read) return Unexpected{read.error()};
  return web;
}

}  // namespace oneshot::settings
