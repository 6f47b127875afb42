// SPDX-License-Identifier: MIT
#include "ctl/job/command.hpp"

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "ctl/job/child.hpp"
#include "ctl/job/teller.hpp"
#include "ctl/print.hpp"

namespace oneshot::ctl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Option options[] = {retry_option};

/// For a job to which nobody gave labels.
void add_type(TypedEvent& event, std::string_view program) {
  const std::size_t slash = program.rfind('/');
  event.add("type", slash == std::string_view::npos ? program : program.substr(slash + 1));
}

TypedEvent start_of(TypedEvent job) {
  job.add("phase", "start");
  return job;
}

TypedEvent end_of(TypedEvent job, int status, Clock::duration took) {
  job.add("phase", "end");
  job.add("exit_status", std::to_string(status));
  std::string seconds;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  append_number(seconds, static_cast<double>(ms) / 1000);
  job.add("value", seconds);
  return job;
}

/// The program goes first, while this process has one thread.
int run_between(const TypedEvent& job, Target target, std::chrono::milliseconds retry, Call::Texts program) {
  const auto began = Clock::now();
  auto child = Child::start(program);
  Teller teller(std::move(target), retry, start_of(job));
  if (!child) {
    complain(child.error().why);
    teller.finish(end_of(job, child.error().status, Clock::now() - began));
    return child.error().status;
  }
  const End end = child->wait();
  teller.finish(end_of(job, end.status(), Clock::now() - began));
  return end.repeat();
}

/// What the server would refuse in both events, when the command has already run and nobody looks.
Result<void> check_labels(const TypedEvent& job) {
  std::set<std::string_view> names;
  for (const auto& [name, value] : job.fields) {
    if (name == "value") return Unexpected{"run: value is the seconds that the command took; take another name"};
    if (name == "phase" || name == "exit_status")
      return Unexpected{"run: " + name + " is a label that run sets itself; take another name"};
    if (!names.insert(name).second)
      return Unexpected{"run: " + quoted(name) + " is there twice: an event can have a label once"};
  }
  return {};
}

int run_job(const Call& call) {
  const auto program = call.rest();
  if (!program || program->empty()) return refuse("run: -- and a command must follow: run type=backup -- COMMAND");
  auto job = read_event(call.words());
  if (!job) return refuse(job.error());
  if (const auto good = check_labels(*job); !good) return refuse(good.error());
  const auto retry = retry_time(call);
  if (!retry) return refuse(retry.error());
  auto target = target_of(call);
  if (!target) return refuse(target.error());
  if (job->fields.empty()) add_type(*job, program->front());
  return run_between(*job, *std::move(target), *retry, *program);
}

}  // namespace

Command run_command() noexcept {
  return {.name = "run",
          .arguments = "[LABEL=VALUE]... [METRIC] [OPTION]... -- COMMAND [ARGUMENT]...",
          .summary = "run a command, and post an event when it starts and one when it ends",
          .details =
              "For cron and scripts. The events have the labels given here (without any: type=COMMAND), and\n"
              "phase=\"start\", or phase=\"end\" with exit_status; the value of the end is the seconds that the\n"
              "command took. An exit_status above 128 is a signal, as in a shell. phase, exit_status and value\n"
              "are the command's own: none of them can be given here.\n"
              "\n"
              "The command has this program's input, output and signals, and this program ends as the command\n"
              "does, with its status or by its signal: 127 where there is no such command, 126 where it cannot\n"
              "be run. A server that is away neither holds up the command nor fails it; standard error says\n"
              "which event is missing. Once the command has ended, the last event is tried for --retry-seconds.\n",
          .example = "oneshotctl run type=backup host=\"$(uname -n)\" -- /usr/local/bin/backup --full\n",
          .options = options,
          .runs_program = true,
          .run = run_job};
}

}  // namespace oneshot::ctl
