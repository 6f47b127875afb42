// SPDX-License-Identifier: MIT
#include "net/http_client.hpp"

#include <array>
#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <memory>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "http/parse/llhttp_machine.hpp"
#include "net/asio_compat.hpp"
#include "net/event_wait.hpp"

namespace oneshot::net {
namespace {

using asio::ip::tcp;
using Got = Result<std::string, HttpError>;

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t shown_bytes = 160;            // of the body of an error
constexpr std::size_t head_and_chunks = 64 * 1024;  // what an answer may have besides its body

/// What one request works with; the timer ends whatever it waits for.
struct Exchange {
  Exchange(const asio::any_io_executor& executor, std::chrono::milliseconds timeout)
      : deadline(asio::steady_timer::clock_type::now() + timeout), socket(executor), timer(executor, deadline) {}

  const SteadyTime deadline;
  tcp::socket socket;
  asio::steady_timer timer;
  bool timed_out = false;
  bool over = false;

  void end() {
    over = true;
    timer.cancel();
    asio::error_code ignored;
    socket.close(ignored);
  }
};

void start_timer(const std::shared_ptr<Exchange>& exchange) {
  exchange->timer.async_wait([exchange](const asio::error_code& error) {
    if (error || exchange->over) return;
    exchange->timed_out = true;
    asio::error_code ignored;
    exchange->socket.close(ignored);
  });
}

std::string seconds_text(std::chrono::milliseconds time) {
  std::string text = std::to_string(time.count() / 1000);
  if (time.count() % 1000 != 0) text += '.' + std::to_string(time.count() % 1000 + 1000).substr(1);
  return text + " s";
}

/// The lookup of a name. The system's resolver takes as long as it likes, so it may outlive its request.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor) {}

  tcp::resolver resolver;
  delivery::OneShotEvent done;
  asio::error_code error = asio::error::timed_out;
  std::vector<tcp::endpoint> places;
};

std::shared_ptr<Lookup> look_up(const asio::any_io_executor& executor, const Url& url) {
  auto lookup = std::make_shared<Lookup>(executor);
  lookup->resolver.async_resolve(url.host, std::to_string(url.port),
                                 [lookup](const asio::error_code& error, const tcp::resolver::results_type& found) {
                                   lookup->error = error;
                                   for (const auto& entry : found) lookup->places.push_back(entry.endpoint());
                                   lookup->done.notifier()();
                                 });
  return lookup;
}

Unexpected<HttpError> failed(const Exchange& exchange, const HttpServer& server, std::string_view what,
                             const asio::error_code& error) {
  const std::string where = server.url.authority();
  if (exchange.timed_out)
    return Unexpected{HttpError{where + ": no whole answer within " + seconds_text(server.timeout)}};
  return Unexpected{HttpError{std::string(what) + ' ' + where + ": " + error.message()}};
}

std::string request_text(const HttpServer& server, std::string_view path_and_query) {
  std::string text = "GET " + server.url.prefix;
  text.append(path_and_query).append(" HTTP/1.1\r\nHost: ").append(server.url.authority());
  text += "\r\nUser-Agent: oneshot-metrics-server\r\nAccept: */*\r\nConnection: close\r\n";
  for (const auto& [name, value] : server.headers) text.append(name).append(": ").append(value).append("\r\n");
  return text + "\r\n";
}

HttpError unwanted_status(const HttpServer& server, http::LlhttpResponseMachine& answer) {
  const int status = answer.status();
  HttpError error{server.url.authority() + " answers " + std::to_string(status), status};
  if (status >= 300 && status < 400) {
    error.text += ", a redirect to \"" + printable(answer.location()) + "\": write the URL that answers by itself";
  } else if (status == 401 || status == 403) {
    error.text += ": it wants to know who asks; header_file can hold Authorization or X-Scope-OrgID";
  } else if (status == 404) {
    error.text += ": is the path of the URL right? \"" + printable(answer.body(), shown_bytes) + '"';
  } else {
    error.text += ": \"" + printable(answer.body(), shown_bytes) + '"';
  }
  return error;
}

HttpError too_large(const HttpServer& server, std::size_t max_bytes) {
  return {server.url.authority() + ": an answer of more than " + std::to_string(max_bytes) + " bytes", 0, true};
}

Got finished(const HttpServer& server, http::LlhttpResponseMachine& answer) {
  if (answer.status() != 200) return Unexpected{unwanted_status(server, answer)};
  return std::move(answer.body());
}

asio::awaitable<Got> read_answer(std::shared_ptr<Exchange> exchange, const HttpServer& server, std::size_t max_bytes) {
  http::LlhttpResponseMachine answer;
  std::vector<char> piece(read_bytes);
  std::size_t bytes = 0;
  while (!answer.message_complete()) {
    const auto space = asio::buffer(piece);
    const auto [error, size] = co_await exchange->socket.async_read_some(space, nothrow);
    if (error == asio::error::eof && answer.finish()) break;
    if (error == asio::error::eof && !exchange->timed_out)
      co_return Unexpected{HttpError{server.url.authority() + " ended the connection within its answer"}};
    if (error) co_return failed(*exchange, server, "cannot read from", error);
    bytes += size;
    if (!answer.execute({piece.data(), size}))
      co_return Unexpected{HttpError{server.url.authority() + " does not answer in HTTP (" + answer.reason() +
                                     "): is it the port of the API?"}};
    if (answer.body().size() > max_bytes || bytes > 2 * max_bytes + head_and_chunks)
      co_return Unexpected{too_large(server, max_bytes)};
  }
  co_return finished(server, answer);
}

asio::awaitable<Got> exchange_with(std::shared_ptr<Exchange> exchange, const HttpServer& server,
                                   std::string path_and_query, std::size_t max_bytes) {
  const asio::any_io_executor executor = exchange->socket.get_executor();
  const std::shared_ptr<Lookup> lookup = look_up(executor, server.url);
  co_await wait_until(executor, lookup->done, exchange->deadline);
  // The timer may have fired with the lookup: async_connect() would open the socket anew, and nothing would end it.
  if (exchange->timed_out) co_return failed(*exchange, server, "cannot find the host of", asio::error::timed_out);
  if (lookup->error) co_return failed(*exchange, server, "cannot find the host of", lookup->error);
  const auto [not_connected, place] = co_await asio::async_connect(exchange->socket, lookup->places, nothrow);
  if (not_connected) co_return failed(*exchange, server, "cannot connect to", not_connected);
  const std::string request = request_text(server, path_and_query);
  const auto bytes = asio::buffer(request);
  const auto [not_sent, sent] = co_await asio::async_write(exchange->socket, bytes, nothrow);
  if (not_sent) co_return failed(*exchange, server, "cannot send to", not_sent);
  Got got = co_await read_answer(exchange, server, max_bytes);
  co_return got;
}

}  // namespace

asio::awaitable<Result<std::string, HttpError>> http_get(asio::any_io_executor executor, HttpServer server,
                                                         std::string path_and_query, std::size_t max_bytes) {
  const auto exchange = std::make_shared<Exchange>(executor, server.timeout);
  start_timer(exchange);
  Got got = co_await exchange_with(exchange, server, std::move(path_and_query), max_bytes);
  exchange->end();
  co_return got;
}

}  // namespace oneshot::net
