// SPDX-License-Identifier: MIT
#include "ctl/job/teller.hpp"

#include <utility>

#include "ctl/print.hpp"

namespace oneshot::ctl {

using std::chrono::milliseconds;

Teller::Teller(Target target, milliseconds at_most, TypedEvent first)
    : server_(std::move(target)),
      at_most_(at_most),
      first_([this, first = std::move(first)] { tell(first, at_most_); }) {}

Teller::~Teller() {
  if (first_.joinable()) first_.join();
}

void Teller::tell(const TypedEvent& event, milliseconds at_most) {
  const auto stored = send(server_, event, at_most);
  if (!stored) complain("run: " + stored.error());
}

void Teller::finish(const TypedEvent& last) {
  const auto end = std::chrono::steady_clock::now() + at_most_;
  first_.join();
  tell(last, std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now()));
}

}  // namespace oneshot::ctl
