// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "app/scrape/text/families.hpp"
#include "app/scrape/text/family_lists.hpp"
#include "exposition/format.hpp"

namespace oneshot::app {

/// Goes through an exposition's things, family by family, each behind its HELP and TYPE lines; those of the first
/// family stand in the head of the page already.
class FamilyWalk {
 public:
  FamilyWalk(const Families& families, const FamilyLists& lists) : families_(families), lists_(lists) {}

  /// Goes to the next thing, or writes the lines of the next family where there is none left of this one. False: that
  /// was all.
  bool go_on(std::string& out, const exposition::Format& format) {
    if (at_ != FamilyLists::none && go_on_in_family()) return true;
    if (place_ == families_.size()) return false;
    family_ = families_.at(place_);
    if (place_ > 0) families_.append_head(out, format, family_);
    ++place_;
    at_ = lists_.first(family_);
    return true;
  }
  /// Goes from a thing to the next one of the same family. False: that was the last one.
  bool go_on_in_family() {
    at_ = lists_.next(at_);
    return at_ != FamilyLists::none;
  }
  /// Whether there is a thing to write.
  [[nodiscard]] bool is_at_one() const noexcept { return at_ != FamilyLists::none; }
  [[nodiscard]] std::uint32_t number() const noexcept { return at_; }
  [[nodiscard]] const std::string& metric() const noexcept { return families_.name(family_); }

 private:
  const Families& families_;
  const FamilyLists& lists_;
  std::size_t place_ = 0;  // of the next family
  std::size_t family_ = Families::usual;
  std::uint32_t at_ = FamilyLists::none;
};

}  // namespace oneshot::app
