// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cluster/scrapes.hpp"
#include "delivery/one_shot_event.hpp"

namespace oneshot::cluster {

/// A place in the wait queue of a scraper.
class Place {
 public:
  /// Null: so many wait already.
  static std::unique_ptr<Place> enter(std::shared_ptr<Scrapes> scrapes, const std::string& scraper);
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();

  enum class Turn : std::uint8_t {
    wait,  ///< for changed(): others are first, or a batch of ours has no end in the log yet
    ask,   ///< `transfer` is to find out what became of it
    go,
  };
  /// With `go` the end of the batch before, where the log is to be told of both.
  Turn step(std::shared_ptr<delivery::Transfer>& transfer, std::optional<Scrapes::End>& end);
  [[nodiscard]] delivery::OneShotEvent& changed() noexcept { return *changed_; }

 private:
  Place(std::shared_ptr<Scrapes> scrapes, const std::string& scraper, std::uint64_t number)
      : scrapes_(std::move(scrapes)), scraper_(scraper), number_(number) {}

  std::shared_ptr<Scrapes> scrapes_;
  const std::string scraper_;
  const std::uint64_t number_;
  std::optional<delivery::OneShotEvent> changed_;
};

}  // namespace oneshot::cluster
