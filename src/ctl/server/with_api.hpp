// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "ctl/print.hpp"
#include "ctl/server/api.hpp"

namespace oneshot::ctl {

/// A command that asks a server, and prints what comes of it: the text, or the error.
using Asking = Result<std::string> (*)(const Call& call, Api& api);

template <Asking ask>
int with_api(const Call& call) {
  auto target = target_of(call);
  if (!target) return refuse(target.error());
  Api api(*std::move(target));
  const Result<std::string> text = ask(call, api);
  return text ? print(*text) : fail(text.error());
}

}  // namespace oneshot::ctl
