# SPDX-License-Identifier: MIT
"""Some hundred damaged storage files through the real binary: each start ends with status 2 and a line that
says what to do, or serves what is left. (That ten thousand of them crash nothing is a test in C++:
damaged_files.cpp.)"""

import os
import struct
import tempfile
import unittest

from harness import logfmt, runner, storage_file
from harness.crew import dice_for
from harness.oracle import Oracle
from harness.server import Server

SEED = int(os.environ.get("ONESHOT_SEED", "1"))
FILES = int(os.environ.get("ONESHOT_DAMAGED_STARTS", "150"))
EVENTS = 300
IDS = [f"e{number}" for number in range(EVENTS)]
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def somewhere(dice):
    """An offset where something is: in the header, the first slots, or the records."""
    return dice.choice((dice.randrange(48), dice.randrange(128, 1100),
                        storage_file.IN_FLIGHT_OFFSET + dice.randrange(4096),
                        storage_file.SLOTS_OFFSET + dice.randrange(3 * storage_file.SLOT_SIZE),
                        storage_file.RING_OFFSET + dice.randrange(40000),
                        storage_file.RING_OFFSET + dice.randrange(storage_file.MIB)))


def damage(data, dice):
    """One to three kinds of damage; some cut the file."""
    for _ in range(dice.randrange(1, 4)):
        at = somewhere(dice)
        page = at // storage_file.PAGE * storage_file.PAGE
        match dice.randrange(7):
            case 0:
                data[at % len(data)] ^= 1 << dice.randrange(8)
            case 1:
                part = dice.randbytes(dice.choice((1, 4, 8, 64)))
                data[at:at + len(part)] = part
            case 2:
                data[page:page + storage_file.PAGE] = bytes(storage_file.PAGE)
            case 3:
                other = somewhere(dice) // storage_file.PAGE * storage_file.PAGE
                data[page:page + storage_file.PAGE] = data[other:other + storage_file.PAGE]
            case 4:  # a word far too large, or nearly right
                at = at // 8 * 8
                old = struct.unpack_from("<Q", data, at)[0]
                new = dice.choice((2**64 - 1, 2**63, old + 8, old - 8, old << 8, 0)) % 2**64
                struct.pack_into("<Q", data, at, new)
            case 5:
                data[:] = data[:dice.choice((at + 1, len(data) - 1, dice.randrange(100)))]
            case 6:
                data += dice.randbytes(dice.choice((1, storage_file.PAGE, 100000)))
        if len(data) < storage_file.size(1):
            return


class Damaged(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oneshot-damaged-", dir=MEMORY)
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "events.log")
        self.settings = {"storage.path": self.path, "storage.capacity_mib": 1,
                         "scrapers.startup_hold_seconds": 0, "server.threads": 1}

    def good_file(self):
        with Server(self.settings) as server:
            for name in ("a", "b", "c"):
                server.scrape(name)
            with server.connect() as connection:
                for number, name in enumerate(IDS):
                    connection.post(f"/event?id={name}&pad={'x' * (number % 100)}")
                    if number == EVENTS // 3:
                        server.scrape("a")
        return storage_file.read(self.path)

    def test_a_damaged_file_is_refused_with_what_to_do_or_serves_what_is_left(self):
        good, refused, served, events = self.good_file(), 0, 0, 0
        for number in range(FILES):
            with self.subTest(seed=SEED, number=number):
                data = bytearray(good)
                damage(data, dice_for(SEED, "damaged", number))
                storage_file.write(self.path, data)
                try:
                    server = Server(self.settings)
                except AssertionError as ended:
                    self.is_a_refusal(str(ended))
                    refused += 1
                    continue
                with server:
                    served += 1
                    events += self.serves(server)
        print(f"{refused} refused, {served} served, {events / max(1, served):.0f} of {EVENTS} events left")
        self.assertTrue(refused and served and events, "one kind never came: this shows nothing")

    def is_a_refusal(self, said):
        first, _, log = said.partition("\n")
        self.assertEqual(first, "the server ended with 2:", said)
        errors = [l for l in map(logfmt.parse, log.strip().split("\n")) if l["level"] == "error"]
        self.assertEqual(len(errors), 1, log)
        self.assertIn(self.path, str(errors))
        self.assertRegex(str(errors), "move it away|set storage.path")

    def serves(self, server):
        """Whoever is still known gets what is left, each of them once, and what comes now."""
        oracle = Oracle(server)
        oracle.posted(IDS)
        for name in ("a", "b", "c", "new"):
            oracle.drain(name)
            self.assertEqual(oracle.account(name).problems(), {})
        server.event("id=now")
        self.assertEqual(server.scrape("new").identified(), [("now", 1, None)])
        return max(len(seen) for seen in oracle.seen.values())


if __name__ == "__main__":
    runner.main()
