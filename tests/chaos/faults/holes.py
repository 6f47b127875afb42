# SPDX-License-Identifier: MIT
"""Black holes: packets that nobody answers, in one direction or in both."""

import shutil
import subprocess

from chaos.middle.paths import Deaf, Hole
from chaos.row import LARGE, Row
from harness.client import Broken
from harness.waiting import wait_until

_TIMEOUT = 0.3


def _nft(rules):
    subprocess.run(["nft", "-f", "-"], input=rules.encode(), check=True)


class _FilteredRow(Row):
    """The clients' own kernel drops the packets of chosen connections, in both directions."""

    @classmethod
    def why_not(cls):
        return None if shutil.which("nft") else "nft is not installed"

    def begin(self):
        _nft("table ip hole {\n"
             "set ports { type inet_service; }\n"
             "chain out { type filter hook output priority 0; tcp sport @ports drop; }\n"
             "chain in { type filter hook input priority 0; tcp dport @ports drop; }\n}\n")

    @staticmethod
    def swallow(connection):
        _nft(f"add element ip hole ports {{ {connection.socket.getsockname()[1]} }}\n")


class HoleBeforeTheRequest(_FilteredRow):
    """The request of a connection that is open for long gets nowhere, nor does anything after it."""

    def spoil(self, scraper):
        with scraper.borrow(timeout=_TIMEOUT) as connection:
            wait_until(self.world.flow(connection).all_acknowledged, "all acknowledged", 5, 0.001)
            self.swallow(connection)
            scraper.ask(connection, _TIMEOUT)
            scraper.take(connection)


class HoleInsideTheBody(_FilteredRow):
    """A large body on its way, and then nothing more."""

    sizes = LARGE
    spoils = 2

    def spoil(self, scraper):
        with scraper.connect(receive_buffer=8192, timeout=_TIMEOUT) as connection:
            scraper.ask(connection, scraper.dice.choice((_TIMEOUT, 5)))
            if scraper.size(connection) > scraper.SHOWS:
                connection.read_some(scraper.dice.randrange(10000))
                self.swallow(connection)
                connection.read_to_end()
                raise Broken("nothing more")
            scraper.take(connection)


class HoleAtAnyByte(Row):
    """The middle lets a random number of the reply's bytes through, and then nothing in either direction."""

    def spoil(self, scraper):
        at = scraper.dice.choice((0, 1, 300, scraper.dice.randrange(16000)))
        with scraper.connect(Hole(at), timeout=_TIMEOUT) as connection:
            scraper.ask(connection, scraper.dice.choice((_TIMEOUT, 5)))
            scraper.take(connection)


class LateAcknowledgements(Row):
    """A scraper gets all, and for some time nothing that it says comes through: then it does, before the
    timeout."""

    def spoil(self, scraper):
        scraper.close()
        with scraper.connect(Deaf(self.world.middle, scraper.dice.uniform(0.05, 0.5))) as connection:
            scraper.ask(connection)
            scraper.take(connection)
            scraper.ask(connection)  # arrives when the line is good again, the acknowledgements with it
            scraper.take(connection)
        scraper.spoiled += 1


ROWS = (HoleBeforeTheRequest, HoleInsideTheBody, HoleAtAnyByte, LateAcknowledgements)
