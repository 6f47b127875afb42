# SPDX-License-Identifier: MIT
"""Cuts the power of the machine it runs on (a virtual one!) under a server with sync = "always", and looks
after the next boot whether every event that was answered with 200 is there.

  python3 -m crash.power_cut WHAT FOLDER, in a folder with crash/ and harness/, where WHAT is
  before   starts a server with its event log in FOLDER, posts, and restarts the machine at once, without a last write
           (/proc/sysrq-trigger): it does not return
  after    after the boot: starts the server on what is there; 1 if an event is lost
  play     the one or the other, for machines that run the same command after each boot

The server is ONESHOT_BINARY. The machine is cut the moment the first poster has its last answer, so that of
this one all answers are known without a note; the others note each answer durably before they post again."""

import os
import sys
import threading

from harness.oracle import Oracle
from harness.server import Server

POSTERS = 8
LAST = 300             # answers that the first poster waits for
CONTROL = b"x" * 100000  # written shortly before, and not flushed: a cut of the power loses it


def settings(folder):
    return {"storage.path": os.path.join(folder, "events.log"), "storage.sync": "always",
            "storage.capacity_mib": 4, "storage.when_full": "reject", "scrapers.names": ["a"]}


def note(folder, name):
    """A small file of which every write is on the disk when it returns."""
    return os.open(os.path.join(folder, name), os.O_RDWR | os.O_CREAT | os.O_DSYNC, 0o600)


def cut_the_power():
    with open("/proc/sysrq-trigger", "wb", buffering=0) as trigger:
        trigger.write(b"b")


def post(server, folder, number):
    written = note(folder, f"answers-{number}") if number else None
    with server.connect(timeout=60) as connection:
        for count in range(1, LAST + 1 if number == 0 else sys.maxsize):
            reply = connection.post(f"/event?id=p{number}-{count}&pad={'x' * (count * 37 % 500)}")
            assert reply.status == 200, reply
            if number == 0 and count == LAST - 10:
                with open(os.path.join(folder, "control"), "wb") as control:
                    control.write(CONTROL)
            if written is not None:
                os.pwrite(written, b"%8d" % count, 0)
    cut_the_power()


def before(folder):
    server = Server(settings(folder))
    os.close(note(folder, "began"))
    directory = os.open(folder, os.O_RDONLY)
    for number in range(1, POSTERS):
        os.close(note(folder, f"answers-{number}"))
    os.fsync(directory)
    print(f"{POSTERS} posters; the power is cut when the first has {LAST} answers", flush=True)
    threads = [threading.Thread(target=post, args=(server, folder, number)) for number in range(POSTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def answered(folder):
    ids = [f"p0-{count}" for count in range(1, LAST + 1)]
    for number in range(1, POSTERS):
        with open(os.path.join(folder, f"answers-{number}"), "rb") as file:
            ids += [f"p{number}-{count}" for count in range(1, int(file.read() or 0) + 1)]
    return ids


def after(folder):
    control = os.path.join(folder, "control")
    if os.path.exists(control) and os.path.getsize(control) == len(CONTROL):
        print("what was not flushed is there: this was no cut of the power")
        return 3
    ids = answered(folder)
    with Server(settings(folder)) as server:
        oracle = Oracle(server)
        oracle.posted(ids)
        for name in ids:
            oracle.answered(name, 200)
        oracle.drain("a")
        print("\n".join(line for line in server.log().splitlines() if "event log" in line))
    lost, twice = oracle.account("a")[:2]
    print(f"{len(ids)} events known to be answered, {oracle.seen['a'].total()} arrived, {len(lost)} lost {lost[:5]}, "
          f"{len(twice)} twice")
    return 1 if lost or twice else 0


def main():
    what, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    if what == "play":
        what = "after" if os.path.exists(os.path.join(folder, "began")) else "before"
    sys.exit({"before": before, "after": after}[what](folder))


if __name__ == "__main__":
    main()
