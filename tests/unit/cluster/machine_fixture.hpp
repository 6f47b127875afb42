// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/machine.hpp"

namespace oneshot::cluster::test {

/// A log, and a machine that has read all of it.
struct MachineFixture {
  static constexpr Publisher here = 1;
  static constexpr Publisher there = 2;

  explicit MachineFixture(std::uint64_t max_events_per_scrape = 100,
                          queue::WhenFull when_full = queue::WhenFull::drop_oldest) {
    queue::Options options;
    options.when_full = when_full;
    options.storage.capacity_bytes = 1 << 16;
    options.storage.idempotency_keys = 128;
    options.names = {"prom-a"};
    options.max_events_per_scrape = max_events_per_scrape;
    publish(here, Join{.replica = "r1", .version = "1", .read = 0, .unix_ms = 1});
    publish(there, Join{.replica = "r2", .version = "1", .read = 0, .unix_ms = 1});
    publish(here, Begin{.salt = 5, .agreement = Agreement::of(options)});
  }

  Applied publish(Publisher publisher, const Content& content) {
    return store(encode({.publisher = publisher, .number = ++numbers[publisher], .content = content}),
                 subject_of(content));
  }
  Applied store(std::string bytes, Subject subject) {
    now_ms += 10;
    log.push_back({.bytes = std::move(bytes), .unix_ms = now_ms, .subject = subject});
    Result<Applied> applied = machine.apply(entry(log.size()));
    REQUIRE(applied);
    return std::move(*applied);
  }
  /// From 1, as sequences are.
  /// Applies to a machine that begins at a checkpoint what the log has from there on.
  void catch_up(Machine& other) const {
    for (Sequence sequence = other.fill_from(); sequence <= log.size(); ++sequence)
      REQUIRE(other.apply(entry(sequence)));
  }
  [[nodiscard]] Entry entry(Sequence sequence) const {
    const Stored& stored = log[sequence - 1];
    return {.sequence = sequence, .unix_ms = stored.unix_ms, .subject = stored.subject, .bytes = stored.bytes};
  }
  /// For so long these replicas have nothing to tell but that they are there.
  void go_on_for(std::chrono::seconds time, const std::vector<Publisher>& replicas = {here, there}) {
    for (const std::int64_t end = now_ms + std::chrono::milliseconds(time).count(); now_ms < end; now_ms += 4980)
      for (const Publisher replica : replicas) publish(replica, Tick{});
  }
  /// What became of one event `n="NUMBER"`.
  queue::StoredOne post(int number, std::uint64_t key = 0, Publisher publisher = here) {
    const std::string labels = "n=\"" + std::to_string(number) + "\"";
    event::Event event{.labels = labels};
    if (key != 0) event.key = event::IdempotencyKey{.high = key, .low = key};
    const Applied applied = publish(publisher, Group{.events = {event}});
    return std::get<cluster::Stored>(applied.outcome).front();
  }
  /// Likewise, where it is known who sent it.
  queue::StoredOne post_of(std::uint64_t sender, int number, std::uint64_t key = 0) {
    const std::string labels = "n=\"" + std::to_string(number) + "\"";
    event::Event event{.labels = labels};
    if (key != 0) event.key = event::IdempotencyKey{.high = key, .low = key};
    const Applied applied = publish(here, Group{.events = {event}, .requests = {{.sender = sender}}});
    return std::get<cluster::Stored>(applied.outcome).front();
  }
  TakeOutcome take(Publisher publisher, BatchId replaces = 0, std::string_view scraper = "prom-a") {
    return std::get<TakeOutcome>(publish(publisher, Take{.scraper = scraper,
                                                         .replica = publisher == here ? "r1" : "r2",
                                                         .deadline = std::chrono::seconds(10),
                                                         .replaces = replaces})
                                     .outcome);
  }
  SettleOutcome settle(Publisher publisher, BatchId batch, queue::BatchEnd end = queue::BatchEnd::delivered) {
    const auto outcome =
        end == queue::BatchEnd::delivered ? delivery::Outcome::delivered : delivery::Outcome::truncated;
    return std::get<SettleOutcome>(
        publish(publisher, Settle{.scraper = "prom-a", .batch = batch, .outcome = outcome, .end = end}).outcome);
  }

  struct Stored {
    std::string bytes;
    std::int64_t unix_ms;
    Subject subject;
  };
  Machine machine;
  std::vector<Stored> log;
  std::map<Publisher, std::uint64_t> numbers;
  std::int64_t now_ms = 1'700'000'000'000;
};

}  // namespace oneshot::cluster::test
