// SPDX-License-Identifier: MIT
#include "service/confirm_api.hpp"

#include <string>
#include <utility>

#include "base/url.hpp"
#include "net/event_wait.hpp"
#include "net/http_client.hpp"

namespace oneshot::service {
namespace {

class HttpApi final : public confirm::Api {
 public:
  HttpApi(asio::any_io_executor executor, net::HttpServer server)
      : executor_(std::move(executor)), server_(std::move(server)) {}

  asio::awaitable<Result<std::string, confirm::ApiError>> get(std::string path_and_query,
                                                              std::size_t max_bytes) override {
    net::HttpServer server = server_;
    Result<std::string, net::HttpError> got =
        co_await net::http_get(executor_, std::move(server), std::move(path_and_query), max_bytes);
    if (got) co_return std::move(*got);
    net::HttpError& error = got.error();
    co_return Unexpected{confirm::ApiError{std::move(error.text), error.status, error.too_large}};
  }

  asio::awaitable<void> wait_until(delivery::OneShotEvent& woken, SteadyTime time) override {
    co_await net::wait_until(executor_, woken, time);
  }

 private:
  asio::any_io_executor executor_;
  net::HttpServer server_;
};

}  // namespace

std::shared_ptr<confirm::Api> http_api(asio::any_io_executor executor, const confirm::Options& options) {
  Result<Url> url = Url::parse(options.url);
  net::HttpServer server{url ? std::move(*url) : Url{}, options.headers, options.timeout};
  return std::make_shared<HttpApi>(std::move(executor), std::move(server));
}

}  // namespace oneshot::service
