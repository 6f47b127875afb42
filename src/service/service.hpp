// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/router.hpp"
#include "app/services.hpp"
#include "net/server.hpp"
#include "queue/queue_manager.hpp"
#include "settings/settings.hpp"

namespace oneshot::service {

/// The running program: owns all parts and ties them together. Everything here runs on the main thread, which accepts
/// connections, keeps house and waits for signals; the workers are the server's.
class Service {
 public:
  /// `config_file` is empty where none was read.
  Service(settings::Settings settings, std::string config_file);

  struct StartError {
    std::string text;
    int exit_status;
  };
  /// The error if something that is needed is not to be had; then nothing runs.
  std::optional<StartError> start();
  /// Serves until SIGTERM or SIGINT, and stops in order.
  void serve();

 private:
  void make_routers(unsigned workers);
  [[nodiscard]] bool in_memory() const noexcept { return settings_->storage.path.empty(); }
  void announce(const std::string& address) const;
  asio::awaitable<void> keep_house();
  asio::awaitable<void> stop_on_signal();
  void stop_at_once_on_next_signal();
  void report_what_is_left() const;

  std::shared_ptr<const settings::Settings> settings_;
  std::string config_file_;

  // In the order of their making: each uses only those above it, and they go in the opposite order.
  asio::io_context main_{1};
  asio::signal_set signals_{main_};
  asio::steady_timer house_timer_{main_};
  std::unique_ptr<queue::QueueManager> queue_;
  std::unique_ptr<app::Services> services_;
  std::vector<std::unique_ptr<app::Router>> routers_;
  std::unique_ptr<net::Server> server_;
  bool stopped_ = false;
};

}  // namespace oneshot::service
