# SPDX-License-Identifier: MIT
"""The collection of raw requests (tests/fuzz/corpus/http) through the real program, each with a POST behind it, whole
and in pieces: what is answered, whether the connection goes on, and that an event behind it is stored only then."""

import os
import re
import unittest
from collections import namedtuple

from harness import programs, runner
from harness.client import Broken, request
from harness.server import Server

Raw = namedtuple("Raw", "name data statuses goes_on")

_FUZZ = os.path.join(programs.ROOT, "tests", "fuzz")
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_LONG = 4096  # bytes; byte by byte the unit test sends longer ones


def collection():
    with open(os.path.join(_FUZZ, "http_answers.txt"), encoding="ascii") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, _, statuses, connection = line.split()[:4]
                with open(os.path.join(_FUZZ, "corpus", "http", name), "rb") as data:
                    yield Raw(name, data.read(), [int(one) for one in statuses.split(",")], connection == "open")


class Collection(unittest.TestCase):
    def check(self, piece):
        with Server() as server:
            expected = set()
            for raw in collection():
                if piece < _LONG and len(raw.data) > _LONG:
                    continue
                with self.subTest(name=raw.name):
                    statuses = self.answers(server, raw, piece)
                    self.assertEqual(statuses, raw.statuses + [200] * raw.goes_on)
                expected |= {raw.name} if raw.goes_on else set()
            found = [event.labels["sentinel"] for event in server.scrape("p").events() if "sentinel" in event.labels]
            self.assertEqual(sorted(found), sorted(expected))

    def answers(self, server, raw, piece):
        """Their statuses, without those that only ask for a body."""
        data = raw.data + request("POST", f"/event?sentinel={raw.name}", [("Connection", "close")])
        with server.connect() as connection:
            try:
                for start in range(0, len(data), piece):
                    connection.send(data[start:start + piece])
            except OSError:
                pass  # it was refused before all was sent
            try:
                got, _ = connection.read_to_end()
            except OSError as fault:
                raise Broken(str(fault)) from fault
        return [status for status in map(int, _STATUS.findall(got)) if status != 100]

    def test_the_collection_whole(self):
        self.check(1 << 20)

    def test_the_collection_in_pieces_of_1_byte(self):
        self.check(1)

    def test_the_collection_in_pieces_of_7_bytes(self):
        self.check(7)


if __name__ == "__main__":
    runner.main()
