// SPDX-License-Identifier: MIT
//
// A request goes through three states: it waits for its record, its record is on its way, and what became of it is
// known. The record is made by when_known(), not by add(): nobody can be told before somebody is there to hear it.
#include "cluster/groups.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace oneshot::cluster {

using queue::Durable;

Groups::Groups(Replica& replica, const Clock& clock, unsigned appenders, std::chrono::milliseconds patience)
    : replica_(replica), clock_(clock), patience_(patience), last_(appenders) {}

bool Groups::Waiting::is_heard() const {
  return std::ranges::all_of(requests, [](const auto& request) { return request->told != nullptr; });
}

event::Event Groups::keep(Waiting& waiting, const event::Event& event) {
  event::Event kept = event;
  kept.labels = waiting.texts.emplace_back(event.labels);
  kept.metric = waiting.texts.emplace_back(event.metric);
  return kept;
}

queue::Stored Groups::add(queue::Poster poster, std::span<const event::Event> events) {
  const std::size_t size = std::transform_reduce(events.begin(), events.end(), std::size_t{0}, std::plus(),
                                                 [](const event::Event& event) { return size_in_group(event); });
  if (size > longest_request) return queue::Stored::too_large;
  const std::lock_guard lock(mutex_);
  if (waiting_size_ + size > most_waiting) return queue::Stored::unavailable;
  if (waiting_.empty() || waiting_.back().size + size > usual_size) waiting_.emplace_back();
  Waiting& waiting = waiting_.back();
  for (const event::Event& event : events) waiting.events.push_back(keep(waiting, event));
  waiting.size += size;
  waiting_size_ += size;
  // Nobody came to hear of the one before: whoever asked for it has failed meanwhile, and must not hold up the others.
  if (last_[poster.appender] != nullptr) last_[poster.appender]->told = [](const Durable&) {};
  Request request{.events = events.size(),
                  .each_alone = poster.each_alone,
                  .sender = poster.sender,
                  .since = clock_.steady(),
                  .told = {}};
  last_[poster.appender] = waiting.requests.emplace_back(std::make_shared<Request>(std::move(request)));
  return queue::Stored::flushing;
}

void Groups::when_known(unsigned appender, Told told) {
  std::vector<Waiting> now;
  {
    const std::lock_guard lock(mutex_);
    if (const std::shared_ptr<Request> request = std::exchange(last_[appender], nullptr))
      request->told = std::move(told);
    now = due();
  }
  publish(std::move(now));
}

bool Groups::may_go(const Waiting& waiting) const {
  if (on_their_way_ >= most_on_their_way || !waiting.is_heard()) return false;
  return on_their_way_ == 0 || waiting.size >= worth_a_record ||
         clock_.steady() - waiting.requests.front()->since >= longest_gathering;
}

// A group that holds a request which nobody listens for yet waits for that one's when_known().
std::vector<Groups::Waiting> Groups::due() {
  std::vector<Waiting> now;
  while (!waiting_.empty() && may_go(waiting_.front())) {
    Waiting& first = waiting_.front();
    ++on_their_way_;
    waiting_size_ -= first.size;
    sent_.insert(sent_.end(), first.requests.begin(), first.requests.end());
    now.push_back(std::move(first));
    waiting_.pop_front();
  }
  return now;
}

void Groups::publish(std::vector<Waiting> due) {
  for (Waiting& one : due) {
    Group group{.events = std::move(one.events)};
    for (const std::shared_ptr<Request>& request : one.requests)
      group.requests.push_back({.events = static_cast<std::uint32_t>(request->events),
                                .each_alone = request->each_alone,
                                .sender = request->sender});
    const SteadyTime until = one.requests.front()->since + patience_;
    replica_.publish_until(until, group, [this, requests = std::move(one.requests)](const Applied& applied) {
      on_applied(requests, applied);
    });
  }
}

void Groups::on_applied(const Requests& requests, const Applied& applied) {
  const auto* const stored = std::get_if<Stored>(&applied.outcome);
  const queue::Stored what = stored != nullptr                                     ? queue::Stored::stored
                             : !std::holds_alternative<Withdrawn>(applied.outcome) ? queue::Stored::unknown
                             : replica_.is_refused_events()                        ? queue::Stored::full
                                                                                   : queue::Stored::unavailable;
  std::vector<std::pair<Told, Durable>> known;
  std::vector<Waiting> next;
  {
    const std::lock_guard lock(mutex_);
    --on_their_way_;
    std::size_t at = 0;
    for (const std::shared_ptr<Request>& request : requests) {
      Durable durable{.what = what};
      if (stored != nullptr)
        durable.each.assign(stored->begin() + static_cast<std::ptrdiff_t>(at),
                            stored->begin() + static_cast<std::ptrdiff_t>(at + request->events));
      at += request->events;
      if (request->told) known.emplace_back(std::exchange(request->told, nullptr), std::move(durable));
      request->events = 0;
    }
    while (!sent_.empty() && sent_.front()->events == 0) sent_.pop_front();
    next = due();
  }
  for (const auto& [told, durable] : known) told(durable);
  publish(std::move(next));
}

// Of a group that has not left nothing is in the log. It goes whole once its first request is through with waiting: the
// log has stood still for all that time, and the others need not wait as long to learn it.
std::vector<Groups::Told> Groups::withdraw(SteadyTime before) {
  std::vector<Told> told;
  while (!waiting_.empty() && waiting_.front().requests.front()->since <= before && waiting_.front().is_heard()) {
    for (const std::shared_ptr<Request>& request : waiting_.front().requests)
      told.push_back(std::exchange(request->told, nullptr));
    waiting_size_ -= waiting_.front().size;
    waiting_.pop_front();
  }
  return told;
}

void Groups::pulse() {
  std::vector<Told> not_stored;
  std::vector<Told> unknown;
  std::vector<Waiting> now;
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime before = clock_.steady() - patience_;
    not_stored = withdraw(before);
    for (const std::shared_ptr<Request>& request : sent_) {
      if (request->since > before) break;
      if (request->told) unknown.push_back(std::exchange(request->told, nullptr));
    }
    now = due();
  }
  publish(std::move(now));
  for (const Told& told : not_stored) told({.what = queue::Stored::unavailable});
  for (const Told& told : unknown) told({.what = queue::Stored::unknown});
}

Groups::Load Groups::load() const {
  const std::lock_guard lock(mutex_);
  return {.records = on_their_way_, .bytes = waiting_size_};
}

}  // namespace oneshot::cluster
