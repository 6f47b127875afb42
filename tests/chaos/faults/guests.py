# SPDX-License-Identifier: MIT
"""Scrapers that come, go and are forgotten."""

from chaos.audit import Numbers
from chaos.poster import Poster
from chaos.row import Row
from chaos.scraper import Scraper
from harness.waiting import wait_until

_GUESTS = ("guest1", "guest2", "guest3")


class Forgotten(Row):
    """While one scraper stays, others come, take something, and go: quietly, or with a scrape spoiled. What
    then waits for them counts as dropped, to the event. When they come again they begin at the end of the
    log."""

    scrapers = ("stays",)
    settings = {"scrapers.forget_after_seconds": 1}
    posters = 0
    seconds = 6.0

    def hire(self, crew):
        self.expected = dict.fromkeys(_GUESTS, 0)
        self.wrong = []
        crew.add(self.receive_guests)

    def spoil(self, scraper):
        connection = scraper.connect()
        scraper.ask(connection)
        scraper.give_up(connection, scraper.dice.randrange(6000))

    def receive_guests(self, stop):
        dice = self.dice("guests")
        poster = Poster(self.world, "host", dice, self.sizes)
        guests = [Scraper(self.world, name, self.dice(name)) for name in _GUESTS]
        while not stop.is_set():
            poster.post(dice.randrange(1, 20))  # before they come: not for them
            for guest in guests:
                self.expect(guest, set())
            taken = self.accept(poster, dice)
            for guest in guests:
                self.expect(guest, taken)
            left = self.accept(poster, dice)
            for guest in guests:
                self.expected[guest.name] += len(left)
                if dice.randrange(2):
                    self.spoil(guest)
                guest.close()
            wait_until(lambda: self.known() == 1, "the guests forgotten", 10, 0.05)
        poster.close()

    def accept(self, poster, dice):
        poster.post(dice.randrange(1, 20))
        return {name for name in poster.ids if name in self.world.ledger.accepted}

    def expect(self, guest, events):
        got = guest.scrape().ids()
        if sorted(got) != sorted(events):
            self.wrong.append(f"{guest.name} got {len(got)} events where {len(events)} were for it")

    def known(self):
        return Numbers.read(self.world.server, "stays").of("oneshot_scrapers")

    def complaints(self, numbers):
        return self.wrong + [
            f"dropped{{{name},forgotten}} is {numbers.dropped(name, 'forgotten')}, {count} waited for it"
            for name, count in self.expected.items() if numbers.dropped(name, "forgotten") != count]


ROWS = (Forgotten,)
