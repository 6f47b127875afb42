// SPDX-License-Identifier: MIT
//
// Start: 1 signals are caught, so that none ends the program half-way; 2 the event log, and who confirms what came out
// of it; 3 the routers, one for each worker; 4 the port; 5 the workers; 6 ready, which the service manager is told.
// Stop: 1 not ready; 2 no new connections, requests in flight are answered, receipts awaited, workers joined (all in
// net::Server::stop); 3 each confirmer asks once more, and housekeeping ends; 4 what is left in memory is logged; 5 the
// parts go in the opposite order.
#include "service/service.hpp"

#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/rethrow.hpp"
#include "base/version.hpp"
#include "crypto/bcrypt.hpp"
#include "net/asio_compat.hpp"
#include "net/event_wait.hpp"
#include "service/confirm_api.hpp"
#include "service/exit_status.hpp"
#include "service/process.hpp"
#include "service/systemd/inherited_sockets.hpp"
#include "service/systemd/port.hpp"
#include "settings/warnings.hpp"

namespace oneshot::service {
namespace {

// How often the service manager hears what goes on. Costs some microseconds.
constexpr std::chrono::seconds status_interval{5};
// What a stop may take besides waiting for receipts: the last connections (a second), the last flush.
constexpr std::chrono::seconds stop_margin{10};

}  // namespace

Service::Service(settings::Settings settings, settings::CommandLine command_line, OpenQueue open_queue)
    : settings_(std::make_shared<const settings::Settings>(std::move(settings))),
      command_line_(std::move(command_line)),
      config_file_(command_line_.config_file.value_or("")),
      open_queue_(std::move(open_queue)),
      workers_(worker_count(settings_->net.threads)),
      notifier_(environment_("NOTIFY_SOCKET").value_or("")),
      summary_(system_clock().steady()) {}

Result<void, Service::StartError> Service::start() {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  reload_signal_.add(SIGHUP);
  terminal_has_gone();  // remembers whether there is one

  auto inherited = take_inherited_sockets(environment_);
  if (!inherited) return Unexpected{StartError{inherited.error(), exit_usage}};
  auto queue = open_queue_({queue_options(), settings_->cluster, main_.get_executor()});
  if (!queue) return Unexpected{StartError{queue.error().text, queue.error().is_lasting ? exit_usage : exit_failed}};
  queue_ = std::move(*queue);
  make_confirmers();

  make_routers();
  if (auto encrypted = encrypt(); !encrypted) return Unexpected{StartError{encrypted.error(), exit_usage}};
  auto opened = listen(std::move(*inherited));
  if (!opened) return Unexpected{StartError{opened.error(), exit_failed}};

  server_->start();
  services_->readiness.enter(app::Readiness::Phase::running);
  announce(*opened);
  notifier_.send("READY=1");
  return {};
}

Result<Service::Addresses> Service::listen(std::vector<InheritedSocket> inherited) {
  std::string listeners;
  std::uint8_t number = 0;
  for (const auto& [title, listener] : settings_->app.listeners) {
    auto socket = open_listener(title, listener, inherited, notifier_);
    if (!socket) return Unexpected{socket.error()};
    listeners += (listeners.empty() ? "" : ", ") + title + " " + socket->address;
    server_->listen_on(std::move(*socket), ++number);
  }
  drop_stored_listeners(inherited, notifier_);
  auto sockets = open_port(settings_->net, config_file_, std::move(inherited), notifier_);
  if (!sockets) return Unexpected{sockets.error()};
  std::string addresses;
  for (net::ListeningSocket& socket : *sockets) {
    addresses += (addresses.empty() ? "" : ", ") + socket.address;
    server_->listen_on(std::move(socket));
  }
  return Addresses{std::move(addresses), std::move(listeners)};
}

void Service::make_confirmers() {
  confirmers_ = std::make_unique<confirm::Confirmers>(
      *queue_, system_clock(),
      [this](const confirm::Options& options) { return http_api(main_.get_executor(), options); },
      [this](asio::awaitable<void> loop) { asio::co_spawn(main_, std::move(loop), rethrow); });
  confirmers_->change(settings_->confirm, settings_->app.metric);
}

void Service::make_routers() {
  services_ = std::make_unique<app::Services>(*queue_, system_clock(), workers_);
  services_->port = settings_->net.port;
  services_->storage_path = settings_->queue.storage.path;
  services_->confirmers = confirmers_.get();
  services_->reload = [this](std::shared_ptr<app::Reloading> asked) {
    asio::post(main_, [this, asked = std::move(asked)] { reload_for(asked); });
  };
  std::vector<http::Handler*> handlers;
  for (unsigned worker = 0; worker < workers_; ++worker) {
    routers_.push_back(std::make_unique<app::Router>(*services_, app_options(), worker));
    handlers.push_back(routers_.back().get());
  }
  server_ = std::make_unique<net::Server>(main_, net_options(), services_->memory, std::move(handlers));
  services_->http_statistics = server_->statistics();
}

// Behind a trusted proxy there are many, and its connections are of all of them.
net::Options Service::net_options() const {
  net::Options options = settings_->net;
  options.unlimited_peers = settings_->app.trusted_proxies;
  return options;
}

queue::Options Service::queue_options() const {
  queue::Options options = settings_->queue;
  options.appenders = workers_;
  for (const auto& [scraper, confirmation] : settings_->confirm) options.confirmed.push_back(scraper);
  options.oldest_sent = app::oldest_sent(settings_->app);
  return options;
}

std::shared_ptr<const app::Options> Service::app_options() const noexcept {
  return {settings_, &settings_->app};  // keeps all settings alive
}

std::string Service::storage_in_words() const {
  if (in_cluster()) return "cluster " + settings_->cluster.name;
  return in_memory() ? "memory" : settings_->queue.storage.path;
}

// The last line of a start: who waits for it has read all warnings.
void Service::announce(const Addresses& addresses) const {
  if (in_memory()) log::warn("events are kept in memory only and do not survive the program (storage.path is empty)");
  warn_of_settings();
  log::info("listening", {{"version", version()},
                          {"config", config_file_.empty() ? std::string_view("none") : config_file_},
                          {"address", addresses.server},
                          {"listeners", addresses.listeners.empty() ? "none" : addresses.listeners},
                          {"storage", storage_in_words()},
                          {"threads", routers_.size()}});
}

void Service::warn_of_settings() const {
  for (const std::string& warning : settings::warnings(*settings_)) log::warn(warning);
  if (settings_->app.directory == nullptr) return;
  for (const auto& [client, cost] : settings_->app.directory->slow_passwords())
    log::warn("the password of a client takes long to check: a bcrypt cost of 10 is enough",
              {{"client", client}, {"cost", cost}, {"seconds", crypto::bcrypt_seconds(cost)}});
}

int Service::serve() {
  auto house = run_housekeeping();
  asio::co_spawn(main_, std::move(house), rethrow);
  auto stopping = stop_on_signal();
  asio::co_spawn(main_, std::move(stopping), rethrow);
  auto reloading = reload_on_signal();
  asio::co_spawn(main_, std::move(reloading), rethrow);
  if (const auto timeout = watchdog_timeout(environment_)) {
    watchdog_.emplace(main_, *server_, workers_, notifier_, *timeout);
    auto feeding = watchdog_->run();
    asio::co_spawn(main_, std::move(feeding), rethrow);
  }
  try {
    main_.run();
  } catch (const std::exception& fault) {
    // A bug: the parts cannot be taken down in order any more. What waits in a file is safe there.
    log::error("the program ends", {{"reason", fault.what()}});
    std::_Exit(exit_failed);
  }
  return exit_status_;
}

// Its service manager starts the program again. What waits is not in this process.
void Service::end_where_the_queue_must() {
  if (stopping_ || exit_status_ != exit_ok) return;
  const std::string why = queue_->why_begin_anew();
  if (why.empty()) return;
  log::error("the program ends, and goes on where it is started again", {{"reason", why}});
  exit_status_ = exit_failed;
  signals_.cancel();
}

asio::awaitable<void> Service::run_housekeeping() {
  while (!stopped_) {  // the timer may have gone off right before it was cancelled
    house_timer_.expires_after(std::chrono::seconds(1));
    const auto [error] = co_await house_timer_.async_wait(net::nothrow);
    if (error) co_return;
    queue_->tick();
    end_where_the_queue_must();
    look_at_web_files();
    report_status();
  }
}

void Service::report_status() {
  const SteadyTime now = system_clock().steady();
  const bool summary_due = summary_.due(now);
  const bool status_due = notifier_.enabled() && now >= next_status_ && !stopping_;
  if (!summary_due && !status_due) return;
  const Activity activity = summarize(app::take_snapshot(*services_));
  if (summary_due) summary_.report(activity, now);
  if (!status_due) return;
  notifier_.status(status_text(activity));
  next_status_ = now + status_interval;
}

asio::awaitable<void> Service::stop_on_signal() {
  const auto [error, number] = co_await signals_.async_wait(net::nothrow);
  if (error && exit_status_ == exit_ok) co_return;
  if (!error) log::info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
  stop_at_once_on_next_signal();
  stopping_ = true;
  // The manager's own patience must not be less than ours, whatever stop_seconds says.
  const auto patience = settings_->net.stop_timeout + stop_margin;
  notifier_.send(
      "STOPPING=1\nSTATUS=stopping: requests in flight are answered, receipts awaited\nEXTEND_TIMEOUT_USEC=" +
      std::to_string(std::chrono::microseconds(patience).count()));
  services_->readiness.enter(app::Readiness::Phase::stopping);
  const std::size_t left = co_await server_->stop();
  confirmers_->stop();  // after the last scrape, and each asks once more
  const asio::any_io_executor here = main_.get_executor();
  co_await net::wait_until(here, confirmers_->ended(), SteadyTime::max());
  auto leaving = queue_->leave();
  co_await std::move(leaving);
  stopped_ = true;
  house_timer_.cancel();
  signals_.cancel();
  reload_signal_.cancel();
  if (watchdog_) watchdog_->stop();
  report_what_is_left();
  if (left > 0) {  // their coroutines are spread over the workers and cannot be destroyed one after the other
    log::warn("left without waiting for connections that did not end", {{"connections", left}});
    std::_Exit(exit_status_);
  }
  // What another replica has asked about may wait for a connection that is gone, and would keep this loop for ever.
  if (in_cluster()) main_.stop();
}

void Service::stop_at_once_on_next_signal() {
  signals_.async_wait([this](const asio::error_code& error, int) {
    if (error) return;
    log::warn("a second signal: stopped at once, without waiting for receipts");
    report_what_is_left();
    std::_Exit(exit_failed);
  });
}

void Service::report_what_is_left() const {
  const queue::QueueStatistics statistics = queue_->statistics();
  const char* const why = in_memory() ? "memory only" : "event log failed";
  const bool are_lost = in_memory() || queue_->unable_to_store();
  for (const queue::ScraperStatistics& scraper : statistics.scrapers) {
    const std::uint64_t events = scraper.waiting + scraper.in_flight;
    if (events > 0 && are_lost)
      log::warn("events lost", {{"scraper", scraper.name}, {"reason", why}, {"events", events}});
  }
  if (statistics.held > 0 && are_lost)
    log::warn("events lost that nobody scraped", {{"reason", why}, {"events", statistics.held}});
  log::info("stopped", {{are_lost ? "lost_events" : "kept_events", statistics.kept}});
}

}  // namespace oneshot::service
