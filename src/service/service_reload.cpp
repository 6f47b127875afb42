// SPDX-License-Identifier: MIT
// SIGHUP: the settings are read anew as at the start, the command line and the environment before the file. All of it
// is checked first; then each part gets what it may change while it runs.
#include <asio/post.hpp>
#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/asio_compat.hpp"
#include "service/process.hpp"
#include "service/service.hpp"
#include "settings/effective.hpp"
#include "settings/reload.hpp"

namespace oneshot::service {

namespace {

std::string in_words(const std::vector<std::string>& keys) {
  std::string changed;
  for (const std::string& key : keys) changed += (changed.empty() ? "" : ", ") + key;
  return changed.empty() ? "nothing" : changed;
}

}  // namespace

asio::awaitable<void> Service::reload_on_signal() {
  while (!stopping_) {
    const auto [error, number] = co_await reload_signal_.async_wait(net::nothrow);
    if (error) co_return;
    if (terminal_has_gone()) {
      // Nobody who closes the terminal of a program means that it should read its config again.
      log::info("the terminal was closed");
      std::raise(SIGTERM);
      co_return;
    }
    if (!stopping_) static_cast<void>(reload());  // the log says it all
  }
}

void Service::reload_for(const std::shared_ptr<app::Reloading>& asked) {
  Result<std::string> outcome = stopping_ ? Unexpected<std::string>{"the program ends"} : reload();
  once_workers_go_by_it([asked, outcome = std::move(outcome)] { asked->finish(outcome); });
}

// Behind what use() has posted to the workers.
void Service::once_workers_go_by_it(const std::function<void()>& then) {
  const auto left = std::make_shared<std::atomic<unsigned>>(workers_);
  for (unsigned worker = 0; worker < workers_; ++worker)
    server_->post_to_worker(worker, [this, left, then] {
      if (left->fetch_sub(1) == 1) asio::post(main_, then);
    });
}

Result<std::string> Service::reload() {
  if (config_file_.empty() && settings_->web_config_file.empty()) {
    const std::string why = "there is no config file to read again (the server was started without --config)";
    log::warn("reload: " + why);
    return Unexpected{why};
  }
  notifier_.send("RELOADING=1\n" + monotonic_usec());
  Result<std::string> done = read_again();
  if (!done) {
    services_->config_reloads.note_failure();
    log::error("reload failed: the settings stay as they were", {{"reason", done.error()}});
  }
  next_status_ = {};
  once_workers_go_by_it([this] { notifier_.send("READY=1"); });
  return done;
}

Result<std::string> Service::read_again() {
  auto read = settings::load(command_line_, environment_);
  if (!read) return Unexpected{read.error()};
  auto encryption = Encryption::make(*read);
  if (!encryption) return Unexpected{encryption.error()};
  fit_connections(read->net);
  std::string said = use(*std::move(read), *encryption);
  services_->config_reloads.note_success(system_clock().unix_ms());
  return said;
}

std::string Service::use(settings::Settings read, const Encryption& encryption) {
  settings::Reload reload = settings::reload(*settings_, std::move(read));
  settings_ = std::make_shared<const settings::Settings>(std::move(reload.settings));
  log::set_level(settings_->log_level);
  log::set_format(settings_->log_format);
  queue_->change(queue_options());
  confirmers_->change(settings_->confirm, settings_->app.metric);
  server_->change(net_options());
  use(encryption);
  for (unsigned worker = 0; worker < workers_; ++worker) {
    app::Router* const router = routers_[worker].get();
    server_->post_to_worker(worker, [router, options = app_options()] { router->use(options); });
  }

  const std::string changed = in_words(reload.changed);
  std::string said = "reloaded; changed: " + changed + '\n';
  for (const settings::Postponed& key : reload.postponed)
    said += key.key + " changes only with a restart: in use is " + key.in_use + ", the config has " + key.read + '\n';
  // Who reads that may post at once, and expects what the config says now.
  once_workers_go_by_it([this, changed, encryption, postponed = std::move(reload.postponed)] {
    warn_of_settings();
    for (const settings::Postponed& key : postponed)
      log::warn("this setting changes only with a restart",
                {{"key", key.key}, {"in_use", key.in_use}, {"config", key.read}});
    report_reload(changed, encryption);  // the last line, as at the start
  });
  return said;
}

void Service::report_reload(const std::string& changed, const Encryption& encryption) const {
  const std::string_view config = config_file_.empty() ? std::string_view("none") : config_file_;
  if (settings_->web.files.empty()) return log::info("reloaded", {{"config", config}, {"changed", changed}});
  const std::string& web_config = settings_->web.files.front();
  if (!settings_->web.config.has_tls)
    return log::info("reloaded", {{"config", config}, {"web_config", web_config}, {"changed", changed}});
  log::info("reloaded", {{"config", config},
                         {"web_config", web_config},
                         {"changed", changed},
                         {"certificate", encryption.subject()},
                         {"certificate_expires", log::timestamp(encryption.expires_unix_seconds() * 1000)}});
}

}  // namespace oneshot::service
