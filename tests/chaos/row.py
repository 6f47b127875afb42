# SPDX-License-Identifier: MIT
"""One row of the table: one fault, some scrapers that meet it, posters beside them, and what came of it."""

import os

from chaos import audit
from chaos.encrypted import Encryption
from chaos.poster import Poster, SteadyPoster
from chaos.scraper import Scraper
from chaos.world import World
from harness.client import Broken
from harness.crew import Crew, dice_for
from harness.playing import in_words

LARGE = (2000, 6000)  # sizes that make replies of some 100 KB: more than small socket buffers hide


class Row:
    """A fault says in `spoil` how a scrape goes wrong, or in `work` what its scrapers do all the time.

    may_lose, may_repeat: why an event may get lost, or arrive twice, with nobody at fault; then that column
    decides nothing, and the other one still does.
    """

    scrapers = ("a", "b")
    settings = {}
    seconds = 4.0          # of traffic, where the run has its usual length
    sizes = (0, 10, 900)   # of what events carry besides their names
    posters = 2
    steady_posters = 1     # beside them, who post under keys until they are answered with 200
    broken_posts = 4       # one pack in so many of the last poster meets a connection that breaks; 0: none
    posts = {}             # more about them
    headers = ()           # of all requests of scrapers
    spoils = 3             # one scrape in so many goes wrong
    pause = 0.06           # between scrapes, at most
    keeps_times = False
    may_lose = may_repeat = ""
    unseen_replies = False  # whether a scrape may be answered so that only the server's log tells of it
    gives_up = False       # whether the server may give up a batch that was sent three times for nothing
    drops = ()             # the reasons for which the server may drop events
    keyless = False        # whether over TLS its scrapers tell nobody their secrets, so that the middle cannot read
    only_plain = ""        # why it cannot be played over TLS
    by_name_only = False   # too long to be played unless it is asked for by its whole name

    @classmethod
    def name(cls):
        return in_words(cls)

    @classmethod
    def why_not(cls):
        """Why this row cannot be played here; nothing where it can."""
        return None

    def __init__(self, seed, lengths=1.0, site=None):
        """site: the folder of a harness.site.Site, for a row over TLS."""
        self.seed = seed
        self.site = site
        self.seconds = self.seconds * lengths
        self.shortened = lengths < 1
        self.world = None
        self.team = []
        self.poster_team = []

    def dice(self, *names):
        return dice_for(self.seed, self.name(), *names)

    def play(self):
        """Plays the row; returns its audit.Outcome."""
        settings = {"scrapers.names": list(self.scrapers), **self.settings}
        if self.unseen_replies or self.cannot_read():
            settings["log.level"] = "debug"
        with World(settings, self.environment(), self.keeps_times, self.headers, self.encryption(),
                   self.cannot_read()) as self.world:
            self.team = [Scraper(self.world, name, self.dice("scraper", name, number))
                         for number, name in enumerate(self.members())]
            self.poster_team = [
                Poster(self.world, f"p{n}", self.dice("poster", n), self.sizes,
                       spoils=self.broken_posts if n == self.posters - 1 else 0, **self.posts)
                for n in range(self.posters)]
            self.steady_team = [
                SteadyPoster(self.world, f"k{n}", self.dice("steady", n), self.sizes, spoils=self.broken_posts,
                             lines=2, **self.posts)
                for n in range(self.steady_posters if self.posters else 0)]
            self.begin()
            crew = Crew()
            for poster in self.poster_team + self.steady_team:
                crew.add(poster.run)
            for scraper in self.team:
                crew.add(self.work, scraper)
            self.hire(crew)
            crew.stop.wait(self.seconds)
            self.go_on(crew.stop)
            crew.finish()
            for poster in self.steady_team:
                assert poster.settle(), f"{poster.name}: not all is answered with 200"
                poster.close()
            self.end()
            for scraper in self.team:
                scraper.close()
            for scraper in {scraper.name: scraper for scraper in self.team}.values():
                scraper.drain(15)  # what is left then, the audit sees
            outcome = audit.look(self)
            if outcome.complaints:
                print(f"the server's log:\n{self.world.server.log()}")
            return outcome

    def encryption(self):
        return Encryption(self.site, os.path.join(self.site, f"keys-{os.getpid()}")) if self.site else None

    def cannot_read(self):
        """Whether the middle does not know of all replies."""
        return self.site is not None and self.keyless

    # -- what a fault says ----------------------------------------------------------------------------------

    def members(self):
        """The names of all that scrape; several may have the same."""
        return self.scrapers

    def environment(self):
        """Variables for the server."""
        return None

    def begin(self):
        """Before the traffic."""

    def hire(self, crew):
        """Others that work beside posters and scrapers."""

    def go_on(self, stop):
        """After `seconds`, while the traffic goes on: waits for what the row has to show."""

    def end(self):
        """After the traffic, before everything is drained."""

    def work(self, stop, scraper):
        """What one scraper does until it is told to stop."""
        while not stop.is_set():
            self.scrape_once(scraper)
            stop.wait(scraper.dice.random() * self.pause)

    def scrape_once(self, scraper):
        if scraper.dice.randrange(self.spoils):
            scraper.good()
            return
        try:
            self.spoil(scraper)
        except (Broken, OSError):
            scraper.spoiled += 1

    def spoil(self, scraper):
        """One scrape that goes wrong, on purpose or by an exception that says that it did not come whole."""
        raise NotImplementedError

    def complaints(self, numbers):
        """What else is wrong with the server's numbers, in words."""
        return []
