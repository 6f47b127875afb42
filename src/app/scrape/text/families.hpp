// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/options.hpp"
#include "exposition/format.hpp"

namespace oneshot::app {

/// The families that the events of one exposition are of, each with a number. In the exposition, those of the config
/// come first, in its order, with HELP and TYPE also where there is no event of theirs; then those that the config has
/// no more, whose events wait still; the default metric's comes last.
class Families {
 public:
  static constexpr std::size_t usual = 0;  ///< of the default metric

  explicit Families(const Options& options);

  /// That of the events with this name, which is empty for the default metric. A name of which nothing is known yet
  /// gets a family of its own.
  [[nodiscard]] std::size_t number_of(std::string_view metric) { return metric.empty() ? usual : find(metric); }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  /// Which family comes at this place of the exposition.
  [[nodiscard]] std::size_t at(std::size_t place) const noexcept { return place + 1 < all_.size() ? place + 1 : usual; }

  [[nodiscard]] const std::string& name(std::size_t family) const noexcept { return all_[family].name; }
  [[nodiscard]] event::Repeats repeats(std::size_t family) const noexcept { return all_[family].repeats; }
  /// The names of those that number_of() was asked for, without the default one.
  [[nodiscard]] std::vector<std::string> named() const;
  /// The HELP and TYPE lines.
  void append_head(std::string& out, const exposition::Format& format, std::size_t family) const;
  /// Those of all families but the one at the first place.
  void append_later_heads(std::string& out, const exposition::Format& format) const;

 private:
  struct Family {
    std::string name;
    std::string help;
    event::Repeats repeats;
    bool has_events = false;
  };

  std::size_t find(std::string_view metric);
  std::size_t add(std::string_view name, std::string_view help, event::Repeats repeats);

  std::vector<Family> all_;
  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::size_t last_found_ = usual;  // events of one metric mostly come one after the other
};

}  // namespace oneshot::app
