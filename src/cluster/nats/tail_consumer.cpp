// SPDX-License-Identifier: MIT
//
// How a tail gets a consumer: it looks first whether the log still goes on where it has read.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "cluster/nats/tail.hpp"

namespace oneshot::cluster {
namespace {

constexpr std::chrono::milliseconds heartbeat{500};
constexpr std::chrono::seconds forget_consumer_after{5};

constexpr const char* made_anew =
    ": it was removed and made anew, or restored from an older backup, or the engine has lost records. Restart all "
    "replicas: they go on with what the stream has now";

std::int64_t nanoseconds(std::chrono::nanoseconds time) { return time.count(); }

}  // namespace

bool Tail::make_consumer() { return connection_.is_connected() && look_at_the_log() && add_consumer(); }

/// Whether it still goes on where this has read.
bool Tail::look_at_the_log() {
  std::uint64_t arrivals = 0;
  {
    const std::lock_guard lock(mutex_);
    arrived_.clear();
    arrivals = arrivals_;
  }
  const auto state = ask_the_leader();
  if (!state) {
    complain(state.error());
    return false;
  }
  trimmed_.merge(state->trimmed);
  trimmed_as_of_ = arrivals;
  if (!is_as_it_was_read(*state)) return false;
  if (state->first <= next_) return true;
  if (!may_be_missing(state->first)) return false;
  next_ = state->first;
  return true;
}

bool Tail::is_as_it_was_read(const Stream::State& state) {
  const Sequence read = std::max(next_, from_.all) - 1;  // by this, or by who wrote the checkpoint where this began
  if (state.last < read) {
    if (!short_since_) short_since_ = system_clock().steady();
    const std::string why = "the stream " + subjects_.stream + " ends at record " + std::to_string(state.last) +
                            ", but was read up to " + std::to_string(read);
    complain({.why = why});
    if (system_clock().steady() - *short_since_ >= leader_catches_up_within) damage(why + made_anew);
    return false;
  }
  short_since_.reset();
  if (last_read_.sequence < state.first || last_read_.sequence == 0) return true;
  const auto there = stream_.at(last_read_.sequence);
  if (!there && !there.error().is_missing) complain(there.error());
  if (!there) return there.error().is_missing;
  if (there->unix_ns == last_read_.unix_ns) return true;
  damage("the stream " + subjects_.stream + " has another record at " + std::to_string(last_read_.sequence) +
         " than was read there" + made_anew);
  return false;
}

bool Tail::add_consumer() {
  const auto link = connection_.link();
  if (!link) return false;
  Consumer made{.link = link, .subscription = {}, .subject = subjects_.in("t", ++consumers_), .name = {}};
  const auto subscribed = link->subscribe(made.subject, door_.closure(Came::entry));
  if (!subscribed) {
    complain(stream_.failure(subscribed.error(), jsErrCode{}));
    return false;
  }
  made.subscription = *subscribed;
  jsConsumerConfig config;
  jsConsumerConfig_Init(&config);
  config.DeliverSubject = made.subject.c_str();
  config.DeliverPolicy = js_DeliverByStartSequence;
  config.OptStartSeq = next_;
  config.AckPolicy = js_AckNone;
  config.Heartbeat = nanoseconds(heartbeat);
  config.FlowControl = true;
  config.Replicas = 1;
  config.MemoryStorage = true;
  config.InactiveThreshold = nanoseconds(forget_consumer_after);
  jsOptions options;
  jsOptions_Init(&options);
  options.Wait = Stream::patience_ms;
  jsErrCode code{};
  jsConsumerInfo* added = nullptr;
  const natsStatus status =
      js_AddConsumer(&added, link->stream_api, subjects_.stream.c_str(), &config, &options, &code);
  if (status != NATS_OK) {
    link->unsubscribe(made.subscription);
    complain(stream_.failure(status, code));
    return false;
  }
  made.name = text_or_empty(ConsumerInfoPtr(added)->Name);
  complaint_.forget();
  trouble_.forget(Trouble::Met::reading);
  log::debug("reads the cluster's log", {{"from", next_}});
  const std::lock_guard lock(mutex_);
  heard_ = system_clock().steady();
  read_time_ = heard_;
  consumer_ = std::move(made);
  return true;
}

void Tail::leave_consumer() {
  if (!consumer_) return;
  if (const auto link = consumer_->link.lock()) link->unsubscribe(consumer_->subscription);
  consumer_.reset();
}

}  // namespace oneshot::cluster
