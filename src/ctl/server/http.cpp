// SPDX-License-Identifier: MIT
// The only file that knows libcurl.
#include "ctl/server/http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "base/text.hpp"
#include "base/version.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::size_t longest_body = std::size_t{64} << 20;

void start_library() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::bad_alloc();
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* to) {
  auto& body = static_cast<Answer*>(to)->body;
  if (body.size() + size > longest_body) return 0;
  body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* to) {
  const std::string_view line(data, size);
  auto& headers = static_cast<Answer*>(to)->headers;
  if (line.starts_with("HTTP/")) headers.clear();  // those before were of a 1xx, or of a proxy
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos)
    headers.emplace_back(to_lower(line.substr(0, colon)), trim_blanks(trim_line_ends(line.substr(colon + 1))));
  return size;
}

/// No byte of a request goes out before all of these have worked.
bool before_sending(CURLcode code) noexcept {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view Answer::header(std::string_view name) const noexcept {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

struct Http::Connection {
  Connection() {
    start_library();
    handle = curl_easy_init();
    if (handle == nullptr) throw std::bad_alloc();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
  }

  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(handle, option, value);
  }
  void set_text(CURLoption option, const std::string& text) {
    if (!text.empty()) set(option, text.c_str());
  }
  void add_header(const std::string& line) { headers = curl_slist_append(headers, line.c_str()); }

  void begin(const Target& target);
  void identify(const Target& target);
  void put(const Question& question, const std::string& url);
  [[nodiscard]] std::string why(CURLcode code, const Target& target) const;

  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  char error[CURL_ERROR_SIZE] = {};
};

/// All but the question. curl_easy_reset() keeps the connection.
void Http::Connection::begin(const Target& target) {
  curl_easy_reset(handle);
  curl_slist_free_all(std::exchange(headers, nullptr));
  error[0] = '\0';
  set(CURLOPT_NOSIGNAL, 1L);  // some of us are threads, and signals belong to a program that we run
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_ERRORBUFFER, error);
  set(CURLOPT_USERAGENT, ("oneshotctl/" + std::string(version())).c_str());
  set_text(CURLOPT_UNIX_SOCKET_PATH, target.unix_socket);
  set_text(CURLOPT_CAINFO, target.cacert);
  set_text(CURLOPT_SSLCERT, target.cert);
  set_text(CURLOPT_SSLKEY, target.key);
  identify(target);
}

void Http::Connection::identify(const Target& target) {
  if (!target.token.empty()) add_header("Authorization: Bearer " + target.token);
  if (target.user.empty()) return;
  set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  set_text(CURLOPT_USERNAME, target.user);
  set_text(CURLOPT_PASSWORD, target.password);
}

void Http::Connection::put(const Question& question, const std::string& url) {
  set(CURLOPT_URL, url.c_str());
  if (question.method == "POST") {
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(question.form.size()));
    set(CURLOPT_POSTFIELDS, question.form.c_str());
  } else if (question.method != "GET") {
    set(CURLOPT_CUSTOMREQUEST, question.method.c_str());
  }
  for (const std::string& line : question.headers) add_header(line);
  set(CURLOPT_HTTPHEADER, headers);
}

/// Of a socket file the library says in its own words that it did not reach the host.
std::string Http::Connection::why(CURLcode code, const Target& target) const {
  const std::string words = error[0] != '\0' ? error : curl_easy_strerror(code);
  if (target.unix_socket.empty()) return ": " + words;
  long number = 0;
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
  const bool is_connecting = code == CURLE_COULDNT_CONNECT && number != 0;
  return " at the socket " + printable(target.unix_socket, 1024) + ": " +
         (is_connecting ? std::strerror(static_cast<int>(number)) : words);
}

Http::Http(Target target) : target_(std::move(target)), connection_(std::make_unique<Connection>()) {}
Http::~Http() = default;
Http::Http(Http&&) noexcept = default;
Http& Http::operator=(Http&&) noexcept = default;

Result<Answer, NoAnswer> Http::ask(const Question& question, std::optional<std::chrono::milliseconds> at_most) {
  Answer answer;
  Connection& connection = *connection_;
  connection.begin(target_);
  connection.put(question, target_.url + question.path);
  const auto timeout = at_most ? std::min(*at_most, target_.timeout) : target_.timeout;
  connection.set(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(timeout.count())));
  connection.set(CURLOPT_WRITEFUNCTION, take_body);
  connection.set(CURLOPT_WRITEDATA, static_cast<void*>(&answer));
  connection.set(CURLOPT_HEADERFUNCTION, take_header);
  connection.set(CURLOPT_HEADERDATA, static_cast<void*>(&answer));
  const CURLcode code = curl_easy_perform(connection.handle);
  if (code != CURLE_OK)
    return Unexpected{NoAnswer{"no answer from " + target_.url + connection.why(code, target_), !before_sending(code)}};
  curl_easy_getinfo(connection.handle, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

}  // namespace oneshot::ctl
