# SPDX-License-Identifier: MIT
"""Processes that are stopped and go on, and a server that is told to end in the middle of scrapes."""

import json
import signal
import subprocess
import sys
import threading

from chaos.row import LARGE, Row
from harness.crew import Crew



class PausedServer(Row):
    """SIGSTOP and SIGCONT again and again; scrapers give up meanwhile and come back."""

    unseen_replies = True
    seconds = 5.0

    def hire(self, crew):
        crew.add(self.pause_the_server)

    def pause_the_server(self, stop):
        dice = self.dice("pauses")
        while not stop.wait(dice.uniform(0.02, 0.2)):
            self.world.server.signal(signal.SIGSTOP)
            stop.wait(dice.choice((0.02, 0.1, 0.5)))
            self.world.server.signal(signal.SIGCONT)

    def work(self, stop, scraper):
        while not stop.is_set():
            scraper.good(timeout=0.25, patience=0.25)
            stop.wait(scraper.dice.random() * self.pause)


class LoneScrapers(Row):
    """Base of rows whose scrapers are processes. What such a one has stored is what it has written down."""

    timeout = 0.3
    seconds = 5.0

    def work(self, stop, scraper):
        process = self.start(scraper)
        try:
            while not stop.wait(scraper.dice.uniform(0.02, 0.4)):
                process = self.disturb(stop, scraper, process)
        finally:
            process.send_signal(signal.SIGCONT)
            process.stdin.close()
            assert process.wait(20) == 0, f"the scraper ended with {process.returncode}"
            process.reader.join(20)

    def start(self, scraper):
        server, encryption = self.world.server, self.world.encryption
        more = (encryption.folder, encryption.keys) if encryption else ()
        process = subprocess.Popen(
            [sys.executable, "-m", "chaos.lone_scraper", server.host, str(server.port), scraper.name,
             str(self.timeout), *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.reader = threading.Thread(target=self.write_down, args=(scraper, process.stdout), daemon=True)
        process.reader.start()
        return process

    def write_down(self, scraper, lines):
        for line in lines:
            if line.endswith(b"\n"):
                self.world.ledger.whole(scraper.name, json.loads(line))
                scraper.whole += 1

    def disturb(self, stop, scraper, process):
        """Does something to the process; returns the one that is there afterwards."""
        raise NotImplementedError


class PausedScraper(LoneScrapers):
    """SIGSTOP and SIGCONT of scrapers, for shorter and longer than their scrape timeout."""

    sizes = (0, *LARGE)

    def disturb(self, stop, scraper, process):
        process.send_signal(signal.SIGSTOP)
        stop.wait(scraper.dice.choice((0.05, 0.2, 0.5)))
        process.send_signal(signal.SIGCONT)
        scraper.spoiled += 1
        return process


class KilledScraper(LoneScrapers):
    """SIGKILL at any moment, and a new one at once."""

    may_lose = "killed after it had read all and before it had stored it, and its kernel had acknowledged all"

    def disturb(self, stop, scraper, process):
        stop.wait(0.3)  # to its first scrapes
        process.kill()
        process.wait(10)
        process.reader.join(10)
        scraper.spoiled += 1
        return self.start(scraper)


class StopInTheMiddle(Row):
    """SIGTERM while scrapes are under way, and a new server each time. What was not delivered is logged as
    lost, to the event; what was read whole counts as delivered, and nothing of it comes again."""

    sizes = (0, *LARGE)
    broken_posts = 0
    seconds = 1.2  # of traffic before each end
    times = 4
    settings = {"server.stop_seconds": 3}

    def begin(self):
        self.wrong, self.logged = [], 0
        for number in range(self.times):
            crew = Crew()
            for poster in self.poster_team:
                crew.add(poster.run)
            for scraper in self.team:
                crew.add(self.work, scraper)
            crew.stop.wait(self.seconds + self.dice("end", number).random())
            self.world.server.stop()
            crew.finish(0)
            self.account(number)
            for scraper in self.team:
                scraper.close()
            self.world.restart_server()

    def spoil(self, scraper):
        """It is still reading when the server is told to end, as like as not."""
        with scraper.connect(receive_buffer=8192, timeout=5) as connection:
            scraper.ask(connection)
            if not scraper.give_up_where_it_shows(connection):
                scraper.store(connection.read_slowly(16384, 0.01))

    def account(self, number):
        """What the server that has just ended says is lost, against what was seen."""
        ledger, lines = self.world.ledger, self.world.server.log_lines()
        lost = {line["scraper"]: int(line["events"]) for line in lines
                if line["msg"] == "events lost" and line["reason"] == "memory only"}
        total = next(int(line["lost_events"]) for line in lines if line["msg"] == "stopped")
        if total != max(lost.values(), default=0):  # an event counts once, for however many scrapers it waited
            self.wrong.append(f"end {number}: {total} lost in all, but {lost}")
        for name in self.scrapers:
            seen = ledger.seen.get(name, {})
            least = len(set(ledger.accepted) | set(seen))
            accepted = lost.get(name, 0) + len(seen)
            if not least <= accepted <= least + len(set(ledger.unknown) - set(seen)):
                self.wrong.append(
                    f"end {number}: {name} saw {len(seen)} and {lost.get(name, 0)} are logged as lost, of "
                    f"{len(ledger.accepted)} accepted and {len(ledger.unknown)} unknown")
            account = ledger.account(name)
            if account.twice or account.foreign:
                self.wrong.append(f"end {number}: {name} got again {account.twice}, and of others {account.foreign}")
            self.logged += lost.get(name, 0)

    def complaints(self, numbers):
        return self.wrong + ([] if self.logged else ["nothing was lost at any end: this row shows nothing"])


ROWS = (PausedServer, PausedScraper, KilledScraper, StopInTheMiddle)
