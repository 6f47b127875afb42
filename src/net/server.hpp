// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/handler.hpp"
#include "http/memory_budget.hpp"
#include "http/statistics.hpp"
#include "net/listen/listening_socket.hpp"
#include "net/options.hpp"
#include "net/stream/wrap_stream.hpp"

namespace oneshot::net {

/// The listening socket, the workers and all their connections. Each worker is a thread with an io_context of its own
/// and one of the handlers; a connection stays on its worker for life. Every function is called on the thread that
/// runs `main`, where connections are accepted too.
class Server {
 public:
  /// One worker for each handler. Handlers, `main` and `memory`, whose limit `options` says, outlive the server.
  Server(asio::io_context& main, const Options& options, http::MemoryBudget& memory,
         const std::vector<http::Handler*>& handlers);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Opens the port. The value is its real address, "[::]:8090". Errors:
  /// `cannot listen on [::]:8090: Address already in use`.
  Result<std::string> listen();
  /// Listens on `socket`, which another process may have opened; also beside others. Requests that come by it say so
  /// with `number`.
  void listen_on(ListeningSocket socket, std::uint8_t number = 0);
  /// Starts the workers and accepts from now on.
  void start();
  /// Accepts no more, lets requests in flight be answered, half-closes connections and waits for their ends up to
  /// stop_timeout, so that receipts come in; then ends the workers. Every receipt has its outcome afterwards. Returns
  /// how many connections did not end: what they hold is then unsafe to destroy, so leave with _Exit.
  asio::awaitable<std::size_t> stop();

  /// New limits for connections from now on (host, port and threads do not change).
  void change(const Options& options);
  /// What becomes of the streams of connections that begin from now on; nothing before the first call.
  void use(const WrapStream& wrap);
  /// Runs `work` on a worker's own thread.
  void post_to_worker(std::size_t worker, std::function<void()> work);
  /// One for each worker, and that of the accepting thread; readable from any thread as long as the server lives.
  [[nodiscard]] std::vector<const http::Statistics*> statistics() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace oneshot::net
