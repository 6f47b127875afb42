// SPDX-License-Identifier: MIT
// Certificates are renewed while the program runs: once a second it looks whether the web config or a file that it
// names has changed, and reads all of them again. New connections get the new ones; those that have begun keep theirs.
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "service/service.hpp"
#include "settings/clients.hpp"
#include "settings/sources/read_web.hpp"
#include "settings/sources/use_web.hpp"
#include "settings/web/web_loosening.hpp"

namespace oneshot::service {
namespace {

// A renewal writes certificate and key one after the other: between the two they do not belong together.
constexpr std::chrono::seconds renewal_patience{10};

}  // namespace

Result<void> Service::encrypt() {
  auto encryption = Encryption::make(*settings_);
  if (!encryption) return Unexpected{encryption.error()};
  use(*encryption);
  return {};
}

void Service::use(const Encryption& encryption) {
  web_files_.watch(settings_->web.files);
  web_failing_since_.reset();
  if (settings_->web.config.older_min_version)
    log::warn("TLS is spoken from version 1.2 on, whatever older min_version the web config asks for",
              {{"web_config", settings_->web.files.front()}});
  services_->tls.web_config_good.store(true, std::memory_order_relaxed);
  services_->tls.certificate_expiry.store(encryption.expires_unix_seconds(), std::memory_order_relaxed);
  server_->use(encryption.wrap(services_->tls, settings_->app));
}

void Service::look_at_web_files() {
  const bool changed = web_files_.have_changed();
  if (!changed && !web_failing_since_) return;
  if (changed && web_failure_said_)
    web_failing_since_.reset();  // another try of whoever renews: said again if it fails
  if (auto read = read_web_files(); !read) note_web_failure(read.error());
}

Result<void> Service::read_web_files() {
  auto web = settings::read_web(settings_->web_config_file, environment_);
  if (!web) return Unexpected{web.error()};
  if (*web == settings_->web) {  // touched, or back to what it was
    use_again_after_failure();
    return {};
  }
  if (const auto loosens = settings::what_loosens(settings_->web.config, web->config))
    return Unexpected{web->files.front() + ": " + *loosens +
                      ": only SIGHUP (systemctl reload) or a start takes that, since a file that is half written looks "
                      "like it"};
  settings::Settings next = *settings_;
  const bool same_users = web->config.users == settings_->web.config.users;
  settings::use_web(next, *std::move(web));
  // With the same users the directory stays, and with it what is known of passwords: a renewed certificate costs none.
  const std::shared_ptr<const access::Directory> in_use = next.app.directory;
  if (auto made = settings::make_directory(next); !made) return Unexpected{made.error()};
  if (same_users) next.app.directory = in_use;
  auto encryption = Encryption::make(next);
  if (!encryption) return Unexpected{encryption.error()};
  use(std::move(next), *encryption);
  return {};
}

void Service::use_again_after_failure() {
  web_failing_since_.reset();
  services_->tls.web_config_good.store(true, std::memory_order_relaxed);
}

// Tried again each second; said once.
void Service::note_web_failure(const std::string& why) {
  const SteadyTime now = system_clock().steady();
  services_->tls.web_config_good.store(false, std::memory_order_relaxed);
  if (!web_failing_since_ || web_failure_ != why) {
    web_failing_since_ = now;
    web_failure_ = why;
    web_failure_said_ = false;
  }
  if (web_failure_said_ || now - *web_failing_since_ < renewal_patience) return;
  web_failure_said_ = true;
  log::error("the web config could not be read again: what it said before stays in use", {{"reason", why}});
}

}  // namespace oneshot::service
