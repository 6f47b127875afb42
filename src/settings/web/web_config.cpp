// SPDX-License-Identifier: MIT
// The keys, their meaning and what is refused are those of exporter-toolkit (web/tls_config.go), which node_exporter
// and all others read with: who has such a file for them can give it to this server as it is.
#include "settings/web/web_config.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <variant>

#include "access/directory.hpp"
#include "base/byte_set.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"
#include "crypto/bcrypt.hpp"
#include "settings/must_be.hpp"
#include "settings/read_file.hpp"
#include "settings/web/go_duration.hpp"
#include "settings/web/web_headers.hpp"
#include "settings/web/yaml.hpp"

namespace oneshot::settings {
namespace {

// Not even a tab: no client can show such a name (access::read_basic).
constexpr ByteSet control_bytes([](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
constexpr std::size_t max_web_config_bytes = 256 * 1024;

/// What must be in place of a value; empty: it is taken.
using Must = std::string;

struct Field {
  std::string_view name;
  std::function<Must(WebConfig&, const Value&)> take;
};
struct Section {
  std::string_view name;
  std::vector<Field> fields;
};

template <class Target>
auto text_to(Target target) {
  return [target](WebConfig& config, const Value& value) -> Must {
    if (const auto* const text = std::get_if<std::string>(&value.content)) {
      target(config) = *text;
    } else if (const auto* const number = std::get_if<std::int64_t>(&value.content)) {
      target(config) = std::to_string(*number);  // a file may be called so
    } else {
      return "must be a text";
    }
    return {};
  };
}

template <class Target>
auto flag_to(Target target) {
  return [target](WebConfig& config, const Value& value) -> Must {
    const auto* const flag = std::get_if<bool>(&value.content);
    if (flag == nullptr) return "must be true or false";
    target(config) = *flag;
    return {};
  };
}

template <class Target>
auto texts_to(Target target) {
  return [target](WebConfig& config, const Value& value) -> Must {
    const auto* const list = std::get_if<Value::List>(&value.content);
    if (list == nullptr) return "must be a list of texts";
    std::vector<std::string> texts;
    for (const Value& element : *list) {
      const auto* const text = std::get_if<std::string>(&element.content);
      if (text == nullptr) return "must be a list of texts";
      texts.push_back(*text);
    }
    target(config) = std::move(texts);
    return {};
  };
}

constexpr std::array<std::pair<std::string_view, tls::ClientAuth>, 6> client_auths{
    {{"NoClientCert", tls::ClientAuth::none},
     {"RequestClientCert", tls::ClientAuth::request},
     {"RequireAnyClientCert", tls::ClientAuth::require_any},
     {"RequireClientCert", tls::ClientAuth::require_any},
     {"VerifyClientCertIfGiven", tls::ClientAuth::verify_if_given},
     {"RequireAndVerifyClientCert", tls::ClientAuth::require_and_verify}}};

Must take_client_auth(WebConfig& config, const Value& value) {
  const auto* const word = std::get_if<std::string>(&value.content);
  std::vector<std::string_view> words;
  for (const auto& [name, auth] : client_auths) {
    words.push_back(name);
    if (word == nullptr || *word != name) continue;
    config.tls.client_auth = auth;
    return {};
  }
  if (word != nullptr && word->empty()) return {};  // as if it were not there
  return must_be_one_of(words);
}

Must take_min_version(WebConfig& config, const Value& value) {
  const auto* const word = std::get_if<std::string>(&value.content);
  if (word == nullptr) return must_be_one_of({"TLS12", "TLS13"});
  config.older_min_version = *word == "TLS10" || *word == "TLS11";
  if (config.older_min_version || *word == "TLS12" || *word == "TLS13") {
    config.tls.min_version = *word == "TLS13" ? tls::Version::tls13 : tls::Version::tls12;
    return {};
  }
  return must_be_one_of({"TLS12", "TLS13"});
}

Must take_max_version(WebConfig& config, const Value& value) {
  const auto* const word = std::get_if<std::string>(&value.content);
  if (word != nullptr && (*word == "TLS10" || *word == "TLS11"))
    return "no version is left: this server speaks TLS12 and TLS13";
  if (word == nullptr || (*word != "TLS12" && *word != "TLS13")) return must_be_one_of({"TLS12", "TLS13"});
  config.tls.max_version = *word == "TLS13" ? tls::Version::tls13 : tls::Version::tls12;
  return {};
}

Must take_headers(WebConfig& config, const Value& value) {
  const auto* const table = std::get_if<Value::Table>(&value.content);
  if (table == nullptr) return "must be a table of headers";
  for (const Value::Member& header : *table) {
    const auto* const text = std::get_if<std::string>(&header.value.content);
    if (text == nullptr) return '"' + printable(header.name) + "\" must be a text";
    if (Must wrong = check_web_header(header.name, *text); !wrong.empty()) return wrong;
    config.headers.emplace_back(header.name, *text);
  }
  return {};
}

Must take_interval(WebConfig& config, const Value& value) {
  const auto* const text = std::get_if<std::string>(&value.content);
  const auto* const zero = std::get_if<std::int64_t>(&value.content);
  const auto interval = text != nullptr ? parse_go_duration(*text) : std::nullopt;
  if (interval) config.rate_limit.interval = *interval;
  if (interval || (zero != nullptr && *zero == 0)) return {};
  return "must be a duration such as \"1s\" or \"100ms\"";
}

Must take_burst(WebConfig& config, const Value& value) {
  const auto* const number = std::get_if<std::int64_t>(&value.content);
  if (number == nullptr || *number < 0 || *number > 1'000'000) return must_be_whole(0, 1'000'000);
  config.rate_limit.burst = *number;
  return {};
}

const std::vector<Section>& sections() {
  static const std::vector<Section> all = {
      {"tls_server_config",
       {{"cert_file", text_to([](WebConfig & c) -> auto& { return c.certificate.file; })},
        {"key_file", text_to([](WebConfig & c) -> auto& { return c.key.file; })},
        {"client_ca_file", text_to([](WebConfig & c) -> auto& { return c.client_ca.file; })},
        {"cert", text_to([](WebConfig & c) -> auto& { return c.certificate.text; })},
        {"key", text_to([](WebConfig & c) -> auto& { return c.key.text; })},
        {"client_ca", text_to([](WebConfig & c) -> auto& { return c.client_ca.text; })},
        {"client_auth_type", take_client_auth},
        {"client_allowed_sans", texts_to([](WebConfig & c) -> auto& { return c.tls.client_allowed_sans; })},
        {"min_version", take_min_version},
        {"max_version", take_max_version},
        {"cipher_suites", texts_to([](WebConfig & c) -> auto& { return c.tls.cipher_suites; })},
        {"curve_preferences", texts_to([](WebConfig & c) -> auto& { return c.tls.curves; })},
        {"prefer_server_cipher_suites", flag_to([](WebConfig & c) -> auto& { return c.tls.prefer_server_ciphers; })}}},
      {"http_server_config",
       {// HTTP/1.1 is spoken either way, and every client of the family speaks it too.
        {"http2",
         [](WebConfig&, const Value& value) -> Must {
           return std::holds_alternative<bool>(value.content) ? "" : "must be true or false";
         }},
        {"headers", take_headers}}},
      {"rate_limit", {{"interval", take_interval}, {"burst", take_burst}}},
  };
  return all;
}

Must check_hash(const std::string& hash) {
  const std::optional<unsigned> cost = crypto::bcrypt_cost(hash);
  if (!cost) return "must be a bcrypt hash, as htpasswd -nBC 10 \"\" prints it: $2y$10$...";
  if (*cost <= access::Directory::max_cost) return {};
  return "has a bcrypt cost of " + std::to_string(*cost) + ": allowed are 4 to 20";
}

class WebConfigReader {
 public:
  explicit WebConfigReader(std::string_view file) : file_(printable(file, 1024)) {}

  Result<WebConfig> read(const Value& document) && {
    const auto* const table = std::get_if<Value::Table>(&document.content);
    if (table == nullptr) return Unexpected{file_ + ": must be a table, such as tls_server_config: ..."};
    for (const Value::Member& member : *table)
      if (!read_section(member)) return Unexpected{std::move(error_)};
    if (!check_whole()) return Unexpected{std::move(error_)};
    return std::move(config_);
  }

 private:
  bool read_section(const Value::Member& member) {
    if (member.name == "basic_auth_users") return read_users(member.value);
    const auto found = std::ranges::find(sections(), member.name, &Section::name);
    if (found == sections().end()) return unknown(member, "", section_names());
    if (is_null(member.value)) return true;
    const auto* const table = std::get_if<Value::Table>(&member.value.content);
    if (table == nullptr) return complain(member.value.line, member.name + " must be a table");
    config_.has_tls = config_.has_tls || found->name == "tls_server_config";
    return std::ranges::all_of(*table, [&](const Value::Member& one) { return read_field(*found, one); });
  }

  bool read_field(const Section& section, const Value::Member& member) {
    const auto found = std::ranges::find(section.fields, member.name, &Field::name);
    if (found == section.fields.end()) {
      std::vector<std::string_view> names;
      for (const Field& field : section.fields) names.push_back(field.name);
      return unknown(member, std::string(section.name) + '.', names);
    }
    if (is_null(member.value)) return true;
    const Must must = found->take(config_, member.value);
    const std::string where = std::string(section.name) + '.' + member.name;
    return must.empty() || complain(member.value.line, where + " = " + shown(member) + ": " + must);
  }

  bool read_users(const Value& value) {
    if (is_null(value)) return true;
    const auto* const table = std::get_if<Value::Table>(&value.content);
    if (table == nullptr) return complain(value.line, "basic_auth_users must be a table of names and bcrypt hashes");
    for (const Value::Member& user : *table) {
      const std::string where = "basic_auth_users \"" + printable(user.name) + "\": ";
      if (user.name.empty() || user.name.find(':') != std::string::npos ||
          control_bytes.find_in(user.name) != user.name.size())
        return complain(user.value.line,
                        where + "a name has neither a colon nor a control character, and is not empty");
      if (user.name == access::anonymous_name)
        return complain(user.value.line, where + "is who shows no credentials; choose another name");
      const auto* const hash = std::get_if<std::string>(&user.value.content);
      const Must must = check_hash(hash == nullptr ? "" : *hash);
      if (!must.empty()) return complain(user.value.line, where + must);  // and not what stands there
      config_.users.emplace_back(user.name, *hash);
    }
    return true;
  }

  bool check_whole() {
    WebConfig& c = config_;
    if (c.has_tls) {
      if (!c.certificate.is_given() && !c.key.is_given() && !c.client_ca.is_given() && c.tls == tls::Options()) {
        c.has_tls = false;  // an empty section: plain HTTP, as there
        return true;
      }
      if (!c.certificate.is_given()) return complain(0, "tls_server_config: missing one of cert or cert_file");
      if (!c.key.is_given()) return complain(0, "tls_server_config: missing one of key or key_file");
      if (!check_asked("client_ca_file", c.client_ca.is_given()) ||
          !check_asked("client_allowed_sans", !c.tls.client_allowed_sans.empty()))
        return false;
      if (c.tls.min_version > c.tls.max_version)
        return complain(0, "tls_server_config: min_version is above max_version, so no version is left");
    }
    if (c.rate_limit.interval.count() > 0 && c.rate_limit.burst == 0)
      return complain(0, "rate_limit: burst must be 1 or more where there is an interval; with 0 nobody gets in");
    return true;
  }

  /// What is said about clients' certificates counts only where they are asked for one: else everybody would get in.
  bool check_asked(const std::string& key, bool is_given) {
    if (!is_given || config_.tls.client_auth != tls::ClientAuth::none) return true;
    return complain(0, "tls_server_config: " + key +
                           " needs a client_auth_type, such as RequireAndVerifyClientCert; with NoClientCert no client "
                           "is asked");
  }

  static bool is_null(const Value& value) {
    const auto* const text = std::get_if<std::string>(&value.content);
    return text != nullptr && (*text == "null" || *text == "~" || text->empty());
  }
  /// Never a key's text.
  static std::string shown(const Value::Member& member) {
    return member.name == "key" ? "..." : describe(member.value);
  }
  static std::vector<std::string_view> section_names() {
    std::vector<std::string_view> names{"basic_auth_users"};
    for (const Section& section : sections()) names.push_back(section.name);
    return names;
  }
  bool unknown(const Value::Member& member, const std::string& where, const std::vector<std::string_view>& names) {
    std::string what = where + printable(member.name) + ": unknown key; ";
    const std::string_view meant = nearest(member.name, names);
    if (meant.empty()) {
      const char* before = "allowed: ";
      for (const std::string_view name : names) what.append(std::exchange(before, ", ")).append(name);
    } else {
      what.append("did you mean ").append(meant).append("?");
    }
    return complain(member.value.line, what);
  }
  bool complain(unsigned line, const std::string& what) {
    error_ = line == 0 ? file_ + ": " + what : file_ + ':' + std::to_string(line) + ": " + what;
    return false;
  }

  std::string file_;
  std::string error_;
  WebConfig config_;
};

}  // namespace

Result<WebConfig> parse_web_config(std::string_view text, std::string_view file) {
  auto document = parse_yaml(text, file);
  if (!document) return Unexpected{document.error()};
  return WebConfigReader(file).read(*document);
}

Result<WebConfig> read_web_config(const std::string& path) {
  const Result<std::string> text = read_regular_file(path, max_web_config_bytes);
  if (!text) return Unexpected{"server.web_config_file: " + text.error()};
  return parse_web_config(*text, path);
}

}  // namespace oneshot::settings
