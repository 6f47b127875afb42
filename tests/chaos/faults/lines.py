# SPDX-License-Identifier: MIT
"""Bad lines: packets are lost, repeated, delayed and reordered, those of posters too."""

from chaos.middle.paths import Bad, Path
from chaos.row import LARGE, Row
from harness.client import Broken
from harness.waiting import wait_until


class BadLines(Row):
    """Scrapers that change their connection do so when all of the last reply is acknowledged, as one does
    that comes once in a while. They give up only where it shows: a reset goes out once, and here it may be
    lost."""

    sizes = LARGE
    pause = 0.15
    seconds = 6.0

    def begin(self):
        dice = self.dice("line")
        self.world.middle.usual_path = lambda: Bad(dice)

    def end(self):
        self.world.middle.usual_path = Path

    def work(self, stop, scraper):
        while not stop.is_set():
            connection = scraper.borrow(receive_buffer=8192)
            try:
                scraper.ask(connection)
                if scraper.give_up_where_it_shows(connection):
                    continue
                scraper.take(connection)
            except (Broken, OSError):
                scraper.spoiled += 1
                connection.close()
                continue
            if scraper.dice.randrange(3):
                scraper.give_back(connection)
            else:
                wait_until(self.world.flow(connection).all_acknowledged, "all acknowledged", 10, 0.002)
                connection.close()
            stop.wait(scraper.dice.random() * self.pause)


ROWS = (BadLines,)
