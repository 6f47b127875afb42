# SPDX-License-Identifier: MIT
"""One replica's ordered log, as log_tool.cpp has it: driven by lines, and everything that it says is kept."""

import contextlib
import os
import subprocess
import threading
import time

from harness import programs
from harness.waiting import wait_until


def binary():
    path = os.environ.get("ONESHOT_LOG_TOOL")
    if not path:
        programs.missing("the server was built without libnats (ONESHOT_LOG_TOOL names no tool)")
    return path


class Entry:
    """One record as a tail shows it."""

    def __init__(self, words):
        sequence, unix_ms, self.subject, self.text = words.split(" ", 3)
        self.sequence, self.unix_ms = int(sequence), int(unix_ms)

    @property
    def id(self):
        return self.text.partition(" ")[0]

    def __eq__(self, other):
        return vars(self) == vars(other)

    def __repr__(self):
        return f"{self.sequence} {self.subject} {self.text}"


class Tool:
    """given: ids of appends; stored: {id: sequence}; refused: {id: why}; entries, damage: of its tail; said: all other
    lines."""

    def __init__(self, servers, replica, name="test", copies=3, max_bytes=100 << 20, user="", password="",
                 tls=("", "", "")):
        self.name = replica
        self.stored, self.refused, self.entries, self.damage, self.said = {}, {}, [], [], []
        self.given = set()
        self._log = []
        self._process = subprocess.Popen(
            [binary(), name, replica, str(copies), str(max_bytes), user, password, *tls, *servers], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._readers = [threading.Thread(target=self._read, daemon=True),
                         threading.Thread(target=lambda: self._log.extend(self._process.stderr), daemon=True)]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            pipe.close()

    def _read(self):
        for line in self._process.stdout:
            what, _, rest = line.rstrip("\n").partition(" ")
            if what == "entry":
                self.entries.append(Entry(rest))
            elif what == "stored":
                key, sequence = rest.split(" ")
                assert key not in self.stored, f"{key} was answered twice"
                self.stored[key] = int(sequence)
            elif what == "refused":
                key, _, self.refused[key] = rest.partition(" ")
            elif what == "damage":
                self.damage.append(rest)
            else:
                self.said.append(line.rstrip("\n"))

    @property
    def log(self):
        return "".join(self._log)

    @property
    def pid(self):
        return self._process.pid

    def tell(self, line):
        """It may have ended, or have been killed: BrokenPipeError."""
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            status = self._process.wait(5)
            raise BrokenPipeError(f"{self.name} has ended with {status}; its log ends:\n{self.log[-3000:]}") from None

    def end(self, seconds=20):
        """As a replica does that is stopped; its exit status."""
        self._process.stdin.close()
        return self._process.wait(seconds)

    # -- its calls -----------------------------------------------------------------------------------------

    def start(self, seconds=60):
        """(newest sequence, [checkpoint]); fails where it is told an error."""
        before = len(self.said)
        self.tell("start")
        first = wait_until(lambda: [line for line in self.said[before:] if line.startswith(("start", "no start"))],
                           f"a start; {self.log[-2000:]}", seconds)[0]
        assert first.startswith("start "), first
        last, count = map(int, first.split(" ")[1:])
        wait_until(lambda: len(self._checkpoints(before)) >= count, "its checkpoints", seconds)
        return last, self._checkpoints(before)

    def _checkpoints(self, since):
        return [line.partition(" ")[2] for line in self.said[since:] if line.startswith("checkpoint ")]

    def append(self, subject, key):
        self.given.add(key)
        self.tell(f"append {subject} {key} {key} of {self.name}")

    def append_long(self, key, size, subject="k"):
        self.tell(f"long {subject} {key} {size}")

    def tail(self, events=1, everything=1):
        self.tell(f"tail {events} {everything}")

    # -- what is waited for --------------------------------------------------------------------------------

    def wait_for_answers(self, keys, seconds=60):
        keys = set(keys)
        wait_until(lambda: keys <= self.stored.keys() | self.refused.keys(),
                   f"answers to all of {len(keys)} appends; {self.log[-3000:]}", seconds)

    def store(self, subject, keys, seconds=60):
        """Appends these, and under another name those of which no good answer comes, until each is stored."""
        keys, attempt, end = list(keys), 0, time.monotonic() + seconds
        while keys:
            assert time.monotonic() < end, f"not stored: {keys[:5]}; {self.log[-3000:]}"
            names = {f"{key}-{attempt}" if attempt else key: key for key in keys}
            for name in names:
                self.append(subject, name)
            with contextlib.suppress(AssertionError):
                self.wait_for_answers(names, 2)
            keys, attempt = [key for name, key in names.items() if name not in self.stored], attempt + 1
            if keys:
                time.sleep(0.2)  # refused for a while: whoever appends tries again as a replica does

    def wait_for_entry(self, sequence, seconds=60):
        return wait_until(lambda: self.damage or self.entries and self.entries[-1].sequence >= sequence,
                          f"{self.name} has read up to {sequence}; {self.entries[-1:]}; {self.log[-3000:]}", seconds)

    def wait_for_words(self, line, seconds=20):
        return wait_until(lambda: line in self.said, f"{line!r}; {self.said[-5:]}", seconds)
