# SPDX-License-Identifier: MIT
"""Starts that a storage file, its folder or its disk forbids: each ends at once with a status and one line
that says what to do, and changes nothing."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

from harness import logfmt, programs, runner, storage_file
from harness.server import Server, environment, toml

_NOBODY = 65534


def mounts():
    """The test is skipped where it may not mount."""
    probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        raise unittest.SkipTest("no right to make a mount namespace")


class Refused(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oneshot-storage-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)
        self.data = os.path.join(self.folder, "data")
        os.mkdir(self.data)
        self.path = os.path.join(self.data, "events.log")
        self.config = os.path.join(self.folder, "config.toml")

    def settings(self, **more):
        return {"server.host": "127.0.0.1", "server.port": 0, "storage.path": self.path,
                "storage.capacity_mib": 1, "scrapers.startup_hold_seconds": 0, **more}

    def make_file(self, events=0):
        with Server(self.settings()) as server:
            server.scrape("a")
            for number in range(events):
                server.event(f"id={number}&pad={'x' * 15000}")

    def refuses(self, status, *words, prefix=(), **more):
        """It ends with this status and one line of error, in which all these words are."""
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(toml(self.settings(**more)))
        os.chmod(self.config, 0o644)
        done = subprocess.run([*prefix, programs.server_binary(), "--config", self.config], env=environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              timeout=20, check=False)
        text = done.stderr.decode()
        self.assertEqual(done.returncode, status, text)
        errors = [l for l in map(logfmt.parse, text.splitlines()) if l["level"] == "error"]
        self.assertEqual(len(errors), 1, text)
        for word in (*words, os.path.basename(more.get("storage.path", self.path))):
            self.assertIn(word, text)

    def test_a_second_server_on_the_same_file_and_the_first_goes_on(self):
        with Server(self.settings()) as server:
            server.scrape("a")
            server.event("id=1")
            self.refuses(1, "in use")
            self.assertEqual(server.scrape("a").ids(), ["1"])

    def test_a_folder_that_is_not_there(self):
        self.refuses(1, "there is no folder", **{"storage.path": os.path.join(self.data, "no", "events.log")})
        self.assertEqual(os.listdir(self.data), [])

    def test_a_folder_that_is_none(self):
        with open(self.path, "w", encoding="ascii"):
            pass
        self.refuses(2, "is not a folder", **{"storage.path": os.path.join(self.path, "events.log")})

    def test_a_path_that_is_a_folder(self):
        os.mkdir(self.path)
        self.refuses(2, "is a folder")
        self.assertEqual(os.listdir(self.path), [])

    def test_a_file_of_somebody_else_in_the_place_where_the_log_is_made(self):
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write("important\n")
        self.refuses(1, "is in the way", "move it away")
        with open(self.path + ".new", encoding="ascii") as file:
            self.assertEqual(file.read(), "important\n")

    def test_a_folder_that_cannot_be_written_to(self):
        mounts()
        self.refuses(1, "read-only", prefix=self.with_mount("--bind -o ro", self.data))

    def test_a_file_on_a_disk_that_is_read_only_by_now(self):
        mounts()
        self.make_file()
        self.refuses(1, "read-only", prefix=self.with_mount("--bind -o ro", self.data))

    def test_a_disk_that_is_too_full(self):
        mounts()
        self.refuses(1, "No space left on device", prefix=self.with_mount("-t tmpfs -o size=3m", "tmpfs"))

    def test_a_disk_that_is_too_full_is_not_filled_by_starts_that_are_refused(self):
        mounts()
        # The lowest number of free blocks that is seen while the server is started ten times, beside the first one.
        # (A tmpfs that could never hold the file says so by itself; this one could, if it were empty.)
        script = f"""set -e; mount -t tmpfs -o size=120m tmpfs {self.data} && fallocate -l 60M {self.data}/other
exec {sys.executable} - "$@" <<'END'
import os, subprocess, sys
def free():
    return os.statvfs({self.data!r}).f_bfree
before = lowest = free()
for _ in range(10):
    server = subprocess.Popen(sys.argv[1:])
    while server.poll() is None:
        lowest = min(lowest, free())
    assert server.returncode == 1, server.returncode
with open({self.folder!r} + "/free", "w") as file:
    file.write(str(before) + " " + str(lowest))
END"""
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(toml(self.settings(**{"storage.capacity_mib": 100})))
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", programs.server_binary(), "--config",
                               self.config], env=environment(), capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(self.folder, "free"), encoding="ascii") as file:
            before, lowest = map(int, file.read().split())
        self.assertEqual(before, lowest)
        self.assertIn(b"(107 MiB are needed, 60 MiB are free): make room, or lower storage.capacity_mib", done.stderr)

    def test_a_disk_with_too_little_room_for_a_larger_file_keeps_the_old_one(self):
        mounts()
        self.make_file(events=3)
        before = storage_file.read(self.path)
        script = f"mount -t tmpfs -o size=8m tmpfs {self.data} && cp -p {self.folder}/kept {self.path} && " \
                 f"{{ \"$@\"; status=$?; cp {self.path} {self.folder}/after; " \
                 f"ls {self.data} >{self.folder}/list; exit $status; }}"
        shutil.copy(self.path, os.path.join(self.folder, "kept"))
        self.refuses(1, "No space left on device", prefix=("unshare", "--mount", "sh", "-c", script, "sh"),
                     **{"storage.capacity_mib": 64})
        self.assertEqual(storage_file.read(os.path.join(self.folder, "after")), before)
        with open(os.path.join(self.folder, "list"), encoding="ascii") as file:
            self.assertEqual(file.read().split(), ["events.log"])

    def with_mount(self, how, what):
        script = f"mount {how} {what} {self.data} && exec \"$@\""
        return ("unshare", "--mount", "sh", "-c", script, "sh")

    def as_nobody(self):
        if os.geteuid() != 0 or shutil.which("setpriv") is None:
            raise unittest.SkipTest("only root can be somebody else, with setpriv")
        return ("setpriv", "--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups")

    def test_a_folder_that_is_somebody_elses(self):
        self.refuses(1, "Permission denied", prefix=self.as_nobody())

    def test_a_file_that_is_somebody_elses(self):
        prefix = self.as_nobody()
        self.make_file()
        os.chmod(self.path, 0o666)
        self.refuses(1, prefix=prefix)

    def test_a_link_of_somebody_else(self):
        self.as_nobody()
        target = os.path.join(self.folder, "made-by-root")
        os.symlink(target, self.path)
        os.chown(self.path, _NOBODY, _NOBODY, follow_symlinks=False)
        self.refuses(2, f"is reached by a link of user {_NOBODY}")
        self.assertFalse(os.path.exists(target))

    def test_what_somebody_else_has_put_where_the_log_is_made(self):
        self.as_nobody()
        made = self.path + ".new"
        with open(made, "w", encoding="ascii"):
            pass  # empty, as what a start leaves that was cut off early
        os.chown(made, _NOBODY, _NOBODY)
        self.refuses(1, "is in the way", "move it away")
        self.assertEqual((os.stat(made).st_uid, os.path.getsize(made)), (_NOBODY, 0))

    # -- what is in the file --------------------------------------------------------------------------------

    def refuses_unchanged(self, *words, status=2, **more):
        before = storage_file.read(self.path)
        self.refuses(status, *words, **more)
        self.assertEqual(storage_file.read(self.path), before)
        self.assertEqual(os.listdir(self.data), ["events.log"])

    def test_a_file_of_something_else(self):
        storage_file.write(self.path, b"#!/bin/sh\necho important\n" * 100)
        self.refuses_unchanged("is not an event log")

    def test_a_file_that_is_only_a_beginning(self):
        storage_file.write(self.path, b"oneshot\n")
        self.refuses_unchanged("is not an event log")

    def test_a_file_of_a_newer_version(self):
        self.make_file()
        data = storage_file.read(self.path)
        struct.pack_into("<I", data, storage_file.VERSION_OFFSET, 3)
        storage_file.write(self.path, data)
        self.refuses_unchanged("version 3", "move it away")

    def test_a_file_with_a_damaged_header(self):
        self.make_file()
        for offset in (storage_file.CAPACITY_OFFSET + 2, 24, storage_file.CHECKSUM_OFFSET):
            with self.subTest(offset=offset):
                data = storage_file.read(self.path)
                data[offset] ^= 0x10
                storage_file.write(self.path, data)
                self.refuses_unchanged("damaged header", "move it away")
                data[offset] ^= 0x10
                storage_file.write(self.path, data)
        self.make_file()  # with its own header again it is good

    def test_a_file_that_was_cut_short(self):
        self.make_file()
        os.truncate(self.path, storage_file.size(1) - 4096)
        self.refuses_unchanged("cut short", "move it away")

    def test_a_capacity_that_is_too_small_for_what_waits(self):
        with Server(self.settings(**{"storage.capacity_mib": 3})) as server:
            server.scrape("a")
            for number in range(120):
                server.event(f"id={number}&pad={'x' * 15000}")
        self.refuses_unchanged("capacity_mib")
        with Server(self.settings(**{"storage.capacity_mib": 3})) as server:
            self.assertEqual(len(server.scrape("a").events()), 120)

    def test_a_check_of_the_config_makes_no_file(self):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(toml(self.settings()))
        done = subprocess.run([programs.server_binary(), "--config", self.config, "--check-config"],
                              env=environment(), capture_output=True, timeout=20, check=False)
        self.assertEqual((done.returncode, os.listdir(self.data)), (0, []))


if __name__ == "__main__":
    runner.main()
