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
#include "base/result.hpp"
#include "confirm/confirmers.hpp"
#include "net/server.hpp"
#include "queue/queue.hpp"
#include "service/activity.hpp"
#include "service/open_queue.hpp"
#include "service/systemd/inherited_sockets.hpp"
#include "service/systemd/notify.hpp"
#include "service/systemd/watchdog.hpp"
#include "service/web/encryption.hpp"
#include "service/web/watched_files.hpp"
#include "settings/settings.hpp"
#include "settings/sources/command_line.hpp"
#include "settings/sources/environment.hpp"

namespace oneshot::service {

/// The running program: owns all parts and ties them together. Everything here runs on the main thread, which accepts
/// connections, keeps house and waits for signals; the workers are the server's.
class Service {
 public:
  /// The command line tells where a reload reads from; `open_queue` opens the queue of this program.
  Service(settings::Settings settings, settings::CommandLine command_line, OpenQueue open_queue);

  struct StartError {
    std::string text;
    int exit_status;
  };
  /// Or the error, if something that is needed is not to be had; then nothing runs.
  Result<void, StartError> start();
  /// Serves until SIGTERM or SIGINT, or until the queue has to begin anew, and stops in order. Returns the exit status.
  int serve();

 private:
  /// What the program listens at, as text.
  struct Addresses {
    std::string server;     ///< "[::]:8090"
    std::string listeners;  ///< "scrape [::]:8091, look [::]:8092"
  };
  Result<Addresses> listen(std::vector<InheritedSocket> inherited);
  void make_routers();
  void make_confirmers();
  [[nodiscard]] bool in_cluster() const noexcept { return settings_->cluster.is_on(); }
  [[nodiscard]] bool in_memory() const noexcept { return settings_->queue.storage.path.empty() && !in_cluster(); }
  [[nodiscard]] queue::Options queue_options() const;
  [[nodiscard]] net::Options net_options() const;
  /// A snapshot that lives as long as a request uses it.
  [[nodiscard]] std::shared_ptr<const app::Options> app_options() const noexcept;
  [[nodiscard]] std::string storage_in_words() const;
  void announce(const Addresses& addresses) const;
  asio::awaitable<void> run_housekeeping();
  void warn_of_settings() const;
  void end_where_the_queue_must();
  void report_status();
  asio::awaitable<void> stop_on_signal();
  void stop_at_once_on_next_signal();
  void report_what_is_left() const;

  // service_reload.cpp
  asio::awaitable<void> reload_on_signal();
  /// What has changed, and what needs a restart, in lines for who asked.
  Result<std::string> reload();
  void reload_for(const std::shared_ptr<app::Reloading>& asked);
  /// Calls `then` on this thread when each worker has done what was posted to it by now.
  void once_workers_go_by_it(const std::function<void()>& then);
  Result<std::string> read_again();
  std::string use(settings::Settings read, const Encryption& encryption);
  void report_reload(const std::string& changed, const Encryption& encryption) const;

  // service_web.cpp
  Result<void> encrypt();
  void use(const Encryption& encryption);
  void look_at_web_files();
  Result<void> read_web_files();
  void use_again_after_failure();
  void note_web_failure(const std::string& why);

  std::shared_ptr<const settings::Settings> settings_;
  settings::CommandLine command_line_;
  settings::Environment environment_ = settings::process_environment();
  std::string config_file_;  // empty: none is read
  OpenQueue open_queue_;
  unsigned workers_;
  Notifier notifier_;

  // In the order of their making: each uses only those above it, and they go in the opposite order.
  asio::io_context main_{1};
  asio::signal_set signals_{main_};
  asio::signal_set reload_signal_{main_};
  asio::steady_timer house_timer_{main_};
  std::unique_ptr<queue::Queue> queue_;
  std::unique_ptr<confirm::Confirmers> confirmers_;
  std::unique_ptr<app::Services> services_;
  std::vector<std::unique_ptr<app::Router>> routers_;
  std::unique_ptr<net::Server> server_;
  std::optional<Watchdog> watchdog_;
  Summary summary_;
  SteadyTime next_status_{};
  WatchedFiles web_files_;
  std::optional<SteadyTime> web_failing_since_;
  std::string web_failure_;
  bool web_failure_said_ = false;
  int exit_status_ = 0;
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace oneshot::service
