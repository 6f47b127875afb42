# SPDX-License-Identifier: MIT
"""A scraper as a process of its own, which can be stopped or killed.

Usage: python3 -m chaos.lone_scraper HOST PORT NAME TIMEOUT [FOLDER KEYS]

It scrapes until its standard input ends. What it has read whole it stores: one line, [[id, value, time], ...], in one
write. FOLDER and KEYS are those of chaos.encrypted.Encryption.
"""

import json
import os
import select
import sys
import time

from chaos.encrypted import Encryption
from harness.remote import Remote
from harness.scraper import Scraper

PAUSE = 0.03


class Paper:
    """The ledger: standard output."""

    life = 0

    @staticmethod
    def whole(scraper, events, life):
        os.write(1, json.dumps(events).encode() + b"\n")


class Place(Remote):
    ledger = Paper()


def main():
    host, port, name, timeout = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    place = Place(port, host)
    if sys.argv[5:]:
        place.tls = Encryption(*sys.argv[5:]).context
    scraper = Scraper(place, name)
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        if scraper.try_to_scrape(timeout=timeout) and time.monotonic() % 1 < 0.2:
            scraper.close()  # now and then a new connection
    scraper.close()


main()
