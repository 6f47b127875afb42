// SPDX-License-Identifier: MIT
#include "confirm/confirmers.hpp"

#include <utility>

#include "base/log.hpp"

namespace oneshot::confirm {

Confirmers::Confirmers(queue::Queue& queue, const Clock& clock, MakeApi make_api, Spawn spawn)
    : queue_(queue), clock_(clock), make_api_(std::move(make_api)), spawn_(std::move(spawn)) {}

std::shared_ptr<Confirmer> Confirmers::find(std::string_view scraper) const {
  if (!any_.load(std::memory_order_relaxed)) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = confirmers_.find(scraper);
  return found == confirmers_.end() ? nullptr : found->second;
}

std::vector<Statistics> Confirmers::statistics() const {
  std::vector<Statistics> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, confirmer] : confirmers_) all.push_back(confirmer->statistics());
  return all;
}

void Confirmers::change(const OptionsByScraper& options, const std::string& metric) {
  std::vector<std::shared_ptr<Confirmer>> retired;
  {
    const std::lock_guard lock(mutex_);
    for (auto one = confirmers_.begin(); one != confirmers_.end();) {
      const bool stays = options.contains(one->first);
      if (!stays) retired.push_back(std::move(one->second));
      one = stays ? std::next(one) : confirmers_.erase(one);
    }
    any_.store(!options.empty(), std::memory_order_relaxed);
  }
  for (const auto& confirmer : retired) confirmer->retire();
  for (const auto& [scraper, wanted] : options) {
    if (const std::shared_ptr<Confirmer> confirmer = find(scraper)) {
      confirmer->change(wanted, make_api_(wanted));
    } else {
      add(scraper, wanted, metric);
    }
  }
}

void Confirmers::add(const std::string& scraper, const Options& options, const std::string& metric) {
  const auto confirmer = std::make_shared<Confirmer>(scraper, options, queue_, clock_, make_api_(options));
  confirmer->resume(metric);
  {
    const std::lock_guard lock(mutex_);
    confirmers_.emplace(scraper, confirmer);
  }
  log::info("the deliveries to this scraper are confirmed by its API", {{"scraper", scraper}, {"url", options.url}});
  ++running_;
  spawn_(run(confirmer));
}

asio::awaitable<void> Confirmers::run(std::shared_ptr<Confirmer> confirmer) {
  co_await confirmer->run();
  --running_;
  tell_if_ended();
}

void Confirmers::tell_if_ended() {
  if (stopping_ && running_ == 0) ended_.notifier()();
}

void Confirmers::stop() {
  stopping_ = true;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, confirmer] : confirmers_) confirmer->stop();
  }
  tell_if_ended();
}

}  // namespace oneshot::confirm
