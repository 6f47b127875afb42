# SPDX-License-Identifier: MIT
"""What the cluster's simulation catches: each rule of src/cluster is broken once, and the simulation has to see that.

    PYTHONPATH=tests python3 -m simulation.mutations --build build-debug

Builds the folder and the simulation with one line changed, beside the libraries of a build directory, and runs seeds
until one fails. Ends with 1 where none does."""

import argparse
import dataclasses
import glob
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLAGS = ["-std=c++20", "-O1", "-DASIO_STANDALONE", "-DASIO_NO_DEPRECATED", "-DASIO_SEPARATE_COMPILATION",
         "-DASIO_DISABLE_STD_ALIGNED_ALLOC", "-pthread"]
BELOW = ("queue", "storage", "event_log", "event", "exposition", "delivery", "base")  # as src/floors.txt says


@dataclasses.dataclass(frozen=True)
class Mutation:
    rule: str  # that is broken
    file: str
    old: str
    new: str
    program: str = "simulation"  # that has to notice: the worlds of many seeds, or "standstill", which has none

    def text(self):
        with open(os.path.join(ROOT, self.file), encoding="utf-8") as file:
            return file.read()

    def is_there(self):
        """Whether the file has this line, once."""
        return self.text().count(self.old) == 1


MUTATIONS = (
    Mutation("a record that comes again counts once", "src/cluster/machine.cpp",
             "return window.seen.enter(record.number);", "return window.seen.enter(record.number) || true;"),
    Mutation("a start passes over the groups that came again", "src/cluster/machine.cpp",
             "leave_out(entry, group->events.size());", "static_cast<void>(group);"),
    Mutation("a start passes over the events that were duplicates", "src/cluster/machine_events.cpp",
             "if (one.what != queue::Stored::stored)", "if (false)"),
    Mutation("who has read other records than the others stops", "src/cluster/machine.cpp",
             "hash_ = hash_bytes(entry.bytes, Seed{hash_ ^ entry.sequence});",
             "hash_ = hash_bytes(entry.bytes, Seed{reinterpret_cast<std::uintptr_t>(this)});"),
    Mutation("a start fills in the events from where they are needed", "src/cluster/machine_checkpoint.cpp",
             ".from = marks_.empty() ? applied_ + 1 : marks_.front().sequence,", ".from = applied_ + 1,"),
    Mutation("one batch at a time is out to a scraper", "src/cluster/machine_scrapers.cpp",
             "if (out->batch != take.replaces) return HeldBy{*out};", ""),
    Mutation("an acknowledged batch is delivered, whatever becomes of its replica", "src/cluster/machine_scrapers.cpp",
             "out->second.acknowledged = true;", "out->second.acknowledged = false;"),
    Mutation("a batch that nobody has acknowledged goes out again", "src/cluster/machine_scrapers.cpp",
             "if (!out.acknowledged) {", "if (false) {"),
    Mutation("a join of a run that has ended changes nothing", "src/cluster/machine_scrapers.cpp",
             "if (std::ranges::any_of(replicas_, is_of_later_run)) return;", ""),
    Mutation("the end of another batch ends nothing", "src/cluster/machine_scrapers.cpp",
             "if (found != out_.end() && found->second.batch == settle.batch) {", "if (found != out_.end()) {"),
    Mutation("nobody replaces a batch before its deadline is over", "src/cluster/batch_deadlines.cpp",
             "return now - seen >= out.deadline + after_deadline + extra;",
             "return true || now - seen >= out.deadline + extra;"),
    Mutation("a holder that answers is waited for beyond the deadline", "src/cluster/batch_deadlines.cpp",
             "is_there ? believed_for : std::chrono::seconds(0)", "std::chrono::seconds(is_there ? 0 : 0)",
             "standstill"),
    Mutation("who has little time does not take a late answer for silence", "src/cluster/batch_deadlines.cpp",
             "clock_.steady() - found->second.silent < answers_within;", "false;", "standstill"),
    Mutation("an end is left to who asks only once the log knows the acknowledgement", "src/cluster/batch_ends.cpp",
             "local.log_has_acknowledged && !local.is_end_wanted();",
             "local.is_acknowledged && !local.is_end_wanted();"),
    Mutation("an end that was left to who asks is told where that one does not take the next batch",
             "src/cluster/batch_ends.cpp", "if (local.owed && local.owed->due <= by) due",
             "if (local.owed && !left_.contains(local.owed->batch)) due"),
    Mutation("a batch that nobody waits for is given back", "src/cluster/cluster_delivery.cpp",
             "  keeper_->settle(scraper_, id_, delivery::Outcome::truncated, queue::withdrawn_batch(count_, 0));", ""),
    Mutation("what the checkpoint before needs stays in the log", "src/cluster/replica.cpp",
             "log_.trim(Subject::events, before.needed_from);", "log_.trim(Subject::events, head->applied);"),
    Mutation("a start takes the checkpoint that has applied most", "src/cluster/replica.cpp",
             "return best == checkpoints.end() ? nullptr : &*best;",
             "return best == checkpoints.end() ? nullptr : &checkpoints.back();"),
    Mutation("a record is sent again until it is read back", "src/cluster/replica.cpp",
             "if (state() != State::stopped && now - pending.sent >= repeat_after) send(number, pending);",
             "static_cast<void>(number), static_cast<void>(pending);"),
    Mutation("a record is taken back only where the engine has refused each try", "src/cluster/replica.cpp",
             "if (!pending.until || pending.sends != pending.refusals) return false;",
             "if (!pending.until || pending.refusals == 0) return false;"),
    Mutation("a record that was taken back is never stored", "src/cluster/replica.cpp",
             "  pending.bytes = encode({.publisher = options_.publisher, .number = number, .content = nothing});\n"
             "  pending.subject = subject_of(nothing);\n", ""),
    Mutation("a record of which nobody knows is not stored when its keys are forgotten", "src/cluster/replica.cpp",
             "return pending.until && now >=", "return false && pending.until && now >="),
    Mutation("no scraper is forgotten while nobody can be heard", "src/cluster/machine.cpp",
             "time_.pass(entry.unix_ms, LogTime::longest_silence);", "time_.pass(entry.unix_ms);"),
    Mutation("a start knows who is over its share, and what each has filled", "src/cluster/machine_checkpoint.cpp",
             "  shares.restore(0, counted);", "  static_cast<void>(shares);"),
)


class Workshop:
    """Objects of the sources as they are, made once, and one of a changed source."""

    def __init__(self, folder, build):
        self.folder, self.build = folder, build
        self.sources = sorted(glob.glob(f"{ROOT}/src/cluster/*.cpp") + glob.glob(f"{ROOT}/tests/simulation/*.cpp"))
        self.objects = {source: self._compile(source, source) for source in self.sources}

    def _compile(self, source, named):
        target = os.path.join(self.folder, f"{len(os.listdir(self.folder))}-{os.path.basename(named)}.o")
        includes = [f"-I{ROOT}/src", f"-I{ROOT}/tests", f"-I{self.build}/src"]
        subprocess.run(["c++", *FLAGS, *includes, "-c", source, "-o", target], check=True)
        return target

    def unchanged(self):
        return self._link(self.objects, "simulation")

    def changed(self, mutation):
        path = os.path.join(ROOT, mutation.file)
        source = os.path.join(self.folder, "changed.cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.write(mutation.text().replace(mutation.old, mutation.new))
        return self._link({**self.objects, path: self._compile(source, path)}, mutation.program)

    def _link(self, objects, program):
        other = {"simulation": ["standstill"], "standstill": ["simulation", "world", "kind"]}[program]
        left_out = {f"{ROOT}/tests/simulation/{name}.cpp" for name in other}
        objects = [path for source, path in objects.items() if source not in left_out]
        target = os.path.join(self.folder, "changed")
        libraries = [f"{self.build}/src/lib{name}.a" for name in BELOW] + glob.glob(f"{self.build}/libasio*.a")
        linked = subprocess.run(["c++", "-pthread", *objects, "-Wl,--start-group", *libraries,
                                 "-Wl,--end-group", "-o", target], capture_output=True, text=True, check=False)
        if linked.returncode:
            sys.exit("\n".join(linked.stderr.splitlines()[:5]))
        return target


def fault_of(command, seconds=60):
    """What the command says that ends with a fault; None: it ends without. A crash says enough."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return "does not end"
    if done.returncode == 0:
        return None
    said = [line for line in done.stdout.splitlines() if not line.endswith(" 0 failed")]
    return said[0] if said else f"ended with {done.returncode}"


def caught_by(program, seeds):
    """The first seed that fails, and what the simulation says; None where none does."""
    for seed in range(1, seeds + 1):
        if fault := fault_of([program, str(seed), str(seed)]):
            return f"seed {seed}: {fault}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build-debug"))
    parser.add_argument("--seeds", type=int, default=1000, help="at most so many for each mutation")
    parser.add_argument("--only", default="", help="mutations whose rule has this in it")
    args = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder, os.path.abspath(args.build))
        if found := caught_by(workshop.unchanged(), 20):
            sys.exit(f"without any change {found}")
        for mutation in MUTATIONS:
            if args.only not in mutation.rule:
                continue
            program = workshop.changed(mutation)
            found = caught_by(program, args.seeds) if mutation.program == "simulation" else fault_of([program], 600)
            missed += found is None
            print(f"{mutation.rule}: {found or 'NOT CAUGHT'}", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
