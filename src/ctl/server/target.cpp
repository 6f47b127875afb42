// SPDX-License-Identifier: MIT
#include "ctl/server/target.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "ctl/server/certificates.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::string_view default_url = "http://localhost:8090";
constexpr double most_seconds = 86'400;

std::string from(const Call& call, std::string_view option, const char* variable) {
  if (const auto value = call.value_of(option)) return std::string(*value);
  const char* const set = variable == nullptr ? nullptr : std::getenv(variable);
  return set == nullptr ? "" : set;
}

/// A variable that is empty counts as not set; an option that is empty comes from a variable of a script that is not
/// what its writer thought, and would quietly mean another server.
Result<void> check_not_empty(const Call& call) {
  for (const std::string_view option : {"--url", "--unix-socket", "--cacert", "--cert", "--key"})
    if (const auto value = call.value_of(option); value && value->empty())
      return Unexpected{std::string(option) + " is empty: write " +
                        (option == "--url" ? "http://HOST[:PORT]" : "the name of a file") + ", or leave it out"};
  return {};
}

/// Of a secret's file. Editors and `echo` end it with a line end.
Result<std::string> first_line(const std::string& file, std::string_view option) {
  const std::string name = std::string(option) + ' ' + printable(file, 1024) + ": ";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "re"), std::fclose);
  if (!stream) return Unexpected{name + "cannot be read: " + std::strerror(errno)};
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stream.get()));
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return Unexpected{name + "its first line is empty"};
  return text;
}

/// What follows USER[:PASSWORD]@ in an address; empty where there is no such thing.
std::string_view behind_user(std::string_view url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  const std::size_t at = url.substr(0, url.find('/', begin + 3)).rfind('@');
  return at == std::string_view::npos ? std::string_view() : url.substr(at + 1);
}

Result<void> read_token(const Call& call, Target& target) {
  if (const auto file = call.value_of("--token-file")) {
    auto token = first_line(std::string(*file), "--token-file");
    if (!token) return Unexpected{token.error()};
    target.token = *std::move(token);
  } else if (target.user.empty()) {
    target.token = from(call, {}, "ONESHOT_TOKEN");
  }
  return {};
}

Result<void> read_password(const Call& call, Target& target) {
  target.user = from(call, "--user", nullptr);
  const auto file = call.value_of("--password-file");
  if (target.user.empty() != !file) return Unexpected{"--user and --password-file go together"};
  if (!file) return {};
  if (call.has("--token-file")) return Unexpected{"--token-file and --user: there can be one of the two"};
  auto password = first_line(std::string(*file), "--password-file");
  if (!password) return Unexpected{password.error()};
  target.password = *std::move(password);
  return {};
}

Result<void> read_secrets(const Call& call, Target& target) {
  if (auto read = read_password(call, target); !read) return read;
  return read_token(call, target);
}

/// What of a URL is not the server's, but one of its pages; empty: nothing.
std::string_view page_of(std::string_view url) {
  const std::size_t path = std::min(url.find('/', url.find("://") + 3), url.size());
  if (const std::size_t api = url.find("/api/v1", path); api != std::string_view::npos) return url.substr(api);
  for (const std::string_view page : {"/event", "/metrics", "/ui"})
    if (url.substr(path).ends_with(page)) return url.substr(url.size() - page.size());
  return {};
}

}  // namespace

Result<std::string> server_url(std::string_view text, const std::string& name) {
  if (const std::string_view rest = behind_user(text); !rest.empty())
    return Unexpected{
        name + " with a user before @" + printable(rest, 256) +
        ": others can read the address of a server. Write the name after --user, the password into a file "
        "that --password-file names, or a token into ONESHOT_TOKEN"};
  const bool good = text.starts_with("http://") || text.starts_with("https://");
  if (!good || text.find_first_of(" ?#") != std::string_view::npos)
    return Unexpected{name + ' ' + quoted(without_user(text)) +
                      ": must be http://HOST[:PORT] or https://HOST[:PORT], such as " + std::string(default_url)};
  while (text.ends_with('/')) text.remove_suffix(1);
  if (const std::string_view page = page_of(text); !page.empty())
    return Unexpected{name + ' ' + quoted(text) + ": must be the server without " + printable(page) + ": write " +
                      std::string(text.substr(0, text.size() - page.size()))};
  return std::string(text);
}

Result<std::chrono::milliseconds> seconds_of(std::string_view text, std::string_view option) {
  const auto seconds = parse_number(text);
  if (!seconds || !(*seconds >= 0 && *seconds <= most_seconds))
    return Unexpected{std::string(option) + ' ' + quoted(text) + ": must be seconds, from 0 to 86400"};
  return std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1000));
}

Result<Target> target_of(const Call& call) {
  auto target = target_for_others(call);
  if (!target) return target;
  if (const auto good = check_certificates(target->cacert, target->cert, target->key); !good)
    return Unexpected{good.error()};
  return target;
}

Result<Target> target_for_others(const Call& call) {
  if (const auto good = check_not_empty(call); !good) return Unexpected{good.error()};
  Target target;
  const std::string url = from(call, "--url", "ONESHOT_URL");
  auto good_url = server_url(url.empty() ? default_url : url, call.has("--url") ? "--url" : "ONESHOT_URL");
  if (!good_url) return Unexpected{good_url.error()};
  target.url = *std::move(good_url);
  if (const auto timeout = call.value_of("--timeout")) {
    const auto good = seconds_of(*timeout, "--timeout");
    if (!good) return Unexpected{good.error()};
    target.timeout = *good;
  }
  target.unix_socket = from(call, "--unix-socket", nullptr);
  target.cacert = from(call, "--cacert", nullptr);
  target.cert = from(call, "--cert", nullptr);
  target.key = from(call, "--key", nullptr);
  if (const auto read = read_secrets(call, target); !read) return Unexpected{read.error()};
  return target;
}

}  // namespace oneshot::ctl
