// SPDX-License-Identifier: MIT
#include "ctl/reload/command.hpp"

#include "base/text.hpp"
#include "ctl/call.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/print.hpp"
#include "ctl/server/http.hpp"
#include "ctl/server/refusal.hpp"

namespace oneshot::ctl {
namespace {

constexpr int reload_seconds = 60;

/// The server answers when it has read all files, so that takes as long as these do.
int run_reload(const Call& call) {
  if (!call.words().empty()) return refuse("reload takes no word: it is the server of --url that reloads");
  auto target = target_of(call);
  if (!target) return refuse(target.error());
  if (!call.has("--timeout")) target->timeout = std::chrono::seconds(reload_seconds);
  Http server(*std::move(target));
  const auto answer = server.ask({"POST", "/-/reload"});
  if (!answer) return fail(answer.error().why);
  if (answer->status / 100 != 2) return fail(refusal_of(*answer));
  const std::string said(trim_line_ends(answer->body));
  return said.empty() ? exit_ok : print(said + '\n');
}

}  // namespace

Command reload_command() noexcept {
  return {.name = "reload",
          .arguments = "[OPTION]...",
          .summary = "have the server read its settings again, and say whether they are good",
          .details =
              "As SIGHUP does, from elsewhere. Settings that are bad are not taken, and the reason is said here.\n"
              "Needs the right `admin`.\n",
          .example = "oneshotctl reload --url https://events.example:8090 --token-file /etc/oneshot/admin-token\n",
          .options = {},
          .run = run_reload};
}

}  // namespace oneshot::ctl
