// SPDX-License-Identifier: MIT
//
// Start: 1 signals are caught, so that none ends the program half-way; 2 the event log; 3 the routers, one for each
// worker; 4 the port; 5 the workers; 6 ready.
// Stop: 1 not ready; 2 no new connections, requests in flight are answered, receipts awaited, workers joined (all in
// net::Server::stop); 3 housekeeping ends; 4 what is left in memory is logged; 5 the parts go in the opposite order.
#include "service/service.hpp"

#include <asio/co_spawn.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>

#include <cstdlib>
#include <exception>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "net/asio_compat.hpp"
#include "service/process.hpp"
#include "service/run.hpp"

namespace oneshot::service {
namespace {

queue::Sync sync_of(settings::Sync sync) {
  switch (sync) {
    case settings::Sync::none:
      return queue::Sync::none;
    case settings::Sync::interval:
      break;
    case settings::Sync::always:
      return queue::Sync::always;
  }
  return queue::Sync::interval;
}

queue::Options queue_options(const settings::Settings& settings, unsigned workers) {
  queue::Options options;
  options.capacity_bytes = std::uint64_t{settings.storage.capacity_mib} << 20;
  options.drop_oldest = settings.storage.when_full == settings::WhenFull::drop_oldest;
  options.explicit_timestamps = settings.events.use_explicit_timestamps;
  options.names = settings.scrapers.names;
  options.max_unnamed = settings.scrapers.max;
  options.forget_after = settings.scrapers.forget_after;
  options.startup_hold = settings.scrapers.startup_hold;
  options.max_events_per_scrape = settings.scrapers.max_events_per_scrape;
  options.appenders = workers;
  options.storage_path = settings.storage.path;
  options.sync = sync_of(settings.storage.sync);
  return options;
}

// An exception that leaves a coroutine of ours is a bug: it ends the program through main_.run().
void rethrow(std::exception_ptr fault) {
  if (fault) std::rethrow_exception(fault);
}

}  // namespace

Service::Service(settings::Settings settings, std::string config_file)
    : settings_(std::make_shared<const settings::Settings>(std::move(settings))),
      config_file_(std::move(config_file)) {}

std::optional<Service::StartError> Service::start() {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);

  const unsigned workers = worker_count(settings_->server.threads);
  auto queue = queue::QueueManager::open(queue_options(*settings_, workers), system_clock());
  if (!queue) return StartError{queue.error().text, queue.error().is_lasting ? exit_usage : exit_failed};
  queue_ = std::move(*queue);

  make_routers(workers);
  const auto address = server_->listen();
  if (!address) return StartError{address.error(), exit_failed};

  server_->start();
  services_->readiness.enter(app::Readiness::Phase::running);
  announce(*address);
  return std::nullopt;
}

void Service::make_routers(unsigned workers) {
  services_ = std::make_unique<app::Services>(*queue_, system_clock(), workers);
  std::vector<http::Handler*> handlers;
  for (unsigned worker = 0; worker < workers; ++worker) {
    routers_.push_back(std::make_unique<app::Router>(*services_, settings_, worker));
    handlers.push_back(routers_.back().get());
  }
  server_ = std::make_unique<net::Server>(main_, settings_->server, std::move(handlers));
  services_->http_statistics = server_->statistics();
}

void Service::announce(const std::string& address) const {
  log::info("listening", {{"version", version()},
                          {"config", config_file_.empty() ? std::string_view("none") : config_file_},
                          {"address", address},
                          {"storage", in_memory() ? std::string_view("memory") : settings_->storage.path},
                          {"threads", routers_.size()}});
  if (in_memory()) log::warn("events are kept in memory only and do not survive the program (storage.path is empty)");
}

void Service::serve() {
  auto house = keep_house();
  asio::co_spawn(main_, std::move(house), rethrow);
  auto stopping = stop_on_signal();
  asio::co_spawn(main_, std::move(stopping), rethrow);
  try {
    main_.run();
  } catch (const std::exception& fault) {
    // A bug: the parts cannot be taken down in order any more. What waits in a file is safe there.
    log::error("the program ends", {{"reason", fault.what()}});
    std::_Exit(exit_failed);
  }
}

asio::awaitable<void> Service::keep_house() {
  while (!stopped_) {  // the timer may have gone off right before it was cancelled
    house_timer_.expires_after(std::chrono::seconds(1));
    const auto [error] = co_await house_timer_.async_wait(net::nothrow);
    if (error) co_return;
    queue_->tick();
  }
}

asio::awaitable<void> Service::stop_on_signal() {
  const auto [error, number] = co_await signals_.async_wait(net::nothrow);
  if (error) co_return;
  log::info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
  stop_at_once_on_next_signal();
  services_->readiness.enter(app::Readiness::Phase::stopping);
  const std::size_t left = co_await server_->stop();
  stopped_ = true;
  house_timer_.cancel();
  signals_.cancel();
  report_what_is_left();
  if (left > 0) {  // their coroutines are spread over the workers and cannot be destroyed one after the other
    log::warn("left without waiting for connections that did not end", {{"connections", left}});
    std::_Exit(exit_ok);
  }
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
  std::uint64_t left = statistics.held;
  for (const queue::ScraperStatistics& scraper : statistics.scrapers) {
    const std::uint64_t events = scraper.waiting + scraper.in_flight;
    left += events;
    if (events > 0 && in_memory())
      log::warn("events lost", {{"scraper", scraper.name}, {"reason", "memory only"}, {"events", events}});
  }
  if (statistics.held > 0 && in_memory())
    log::warn("events lost that nobody scraped", {{"reason", "memory only"}, {"events", statistics.held}});
  log::info("stopped", {{in_memory() ? "lost_events" : "kept_events", left}});
}

}  // namespace oneshot::service
