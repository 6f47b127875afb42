# SPDX-License-Identifier: MIT
"""A kill at every point of the server's code where one must cost nothing, at its first pass, its second, and
so on.

The points are the string literals of crash_point("...") in src/; a build with -Dcrash_points=true obeys
ONESHOT_CRASH_AT=NAME:N. Each point has a file of its own, which all its kills share, and a small workload
that passes it; n grows until the server survives the workload."""

import hashlib
import os
import re
import subprocess
import time

from crash.place import Place
from crash.random_kills import PACK, SIZES
from crash.result import Result
from crash.stretches import Stretches
from harness import programs
from harness.client import Broken, Reply
from harness.crew import Crew, dice_for
from harness.poster import Poster
from harness.scraper import Scraper
from harness.steady_poster import SteadyBatches, SteadyPoster

UNDECIDABLE = "deliver.sent"
MAKER = "ONESHOT_MAKE_VERSION_1"  # names the program that rewrites a file as 0.1.0 would have left it
# The thread that passes these is not the one that sends: now and then a kill meets that one at the
# undecidable moment.
_OF_OTHER_THREADS = ("flush", "reserved_end", "forget")
_POINT = re.compile(r'\bcrash_point\("([^"]+)"\)')


def names():
    found = set()
    for folder, _, files in os.walk(os.path.join(programs.ROOT, "src")):
        for name in files:
            if name.endswith((".cpp", ".hpp")):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found.update(_POINT.findall(file.read()))
    return sorted(found)


def passes(most):
    """1, 2, 3, ... and from 8 on ever further apart; at most so many."""
    n, given = 1, 0
    while given < most:
        yield n
        given += 1
        n = n + 1 if n < 8 else n * 4 // 3


class Point:
    """All kills at one point. What a point needs besides the usual workload, a subclass says."""

    settings = {}
    seconds = 0.12     # the workload takes at least so long
    packs = 20         # of each poster
    sizes = SIZES
    most = None        # kills, where fewer than usual
    new_file = False   # for every kill: the point is only passed then
    tries = 1          # files, where luck decides whether the workload passes the point

    def __init__(self, name, seed, sync, most, more=""):
        self.point, self.seed, self.sync = name, seed, sync
        self.most = min(most, self.most or most)
        self.name = f"{name}{more} ({sync})"
        self.result = Result(self.name)

    def play(self):
        """Survivors end in good order: that too is part of the workload."""
        if self.new_file:
            for n in passes(self.most):
                if self.play_one_file([n]):
                    break
        else:
            for _ in range(self.tries):
                self.play_one_file(passes(self.most))
                if self.result.deaths:
                    break
        if not self.result.deaths:
            self.result.complaints.append("the workload never passes this point")
        if self.point == UNDECIDABLE and not self.result.named:
            self.result.complaints.append("nothing came twice where it must: this row sees nothing")
        if self.result.named > self.most_named():
            self.result.complaints.append("too often: a kill at this point meets that one moment by chance only")
        return self.result

    def play_one_file(self, passes_to_die_at):
        """True where the server survived at last."""
        survived = False
        with self.open_place() as place:
            for n in passes_to_die_at:
                survived = not self.die_once(place, n)
                if survived:
                    break
            self.result.add(Result.of(self.name, place.ledger, 0, may_repeat=self.most_named() > 0,
                                      scrapers=place.people[1], may_miss=self.may_miss(place),
                                      may_come_again=self.may_come_again(place)))
        return survived

    def open_place(self):
        place = Place({"server.threads": 1, "storage.when_full": "reject", **self.settings}, sync=self.sync)
        place.people = self.people(place)
        return place

    def people(self, place):
        """Posters and scrapers; they live as long as the file. Two posters have keys, and post until they are answered;
        one of these posts batches."""
        posters = [poster(place, f"p{n}", dice_for(self.seed, self.name, n), self.sizes, PACK)
                   for n, poster in enumerate((Poster, SteadyPoster, SteadyBatches))]
        return posters, [Scraper(place, name, keeps=name != "b") for name in ("a", "b", "c")]

    def most_named(self):
        """How many batches may come again because the kill met the undecidable moment."""
        if self.point == UNDECIDABLE:
            return self.most * 3
        if self.point.partition(".")[0] not in _OF_OTHER_THREADS:
            return 0  # the thread that would write the mark is at the point itself
        return max(3, self.most // 3)  # by chance, the more so on few cores; without the mark nearly each kill does

    # -- one kill -------------------------------------------------------------------------------------------

    def die_once(self, place, n):
        """The workload until the server kills itself; afterwards some events on a server that lives. False
        where it survived the workload and the stop."""
        died = True
        if place.start({"ONESHOT_CRASH_AT": f"{self.point}:{n}"}):
            self.work(place)
            if place.server.died():
                place.bury()
            else:
                died = self.stop(place)
        self.result.deaths += died
        assert place.start()
        self.be_calm(place)
        place.stop()
        return died

    def be_calm(self, place):
        """Some events on a server that lives, and everybody gets all that waits."""
        posters, scrapers = place.people
        for one in posters:
            assert one.post(3), "a server that lives does not answer"
            one.close()
        for one in scrapers:
            assert one.drain(), f"{one.name}: still events"

    def stop(self, place):
        """In good order, if no crash point is on the way."""
        return place.stop(may_die=True)

    def work(self, place):
        """Each poster posts its packs, while the scrapers scrape, until that is done or the server is
        dead."""
        posters, scrapers = place.people
        crew = Crew()
        working = [crew.add(self.post_packs, place, poster) for poster in posters]
        for scraper in scrapers:
            crew.add(self.scrape, place, scraper)
        began = time.monotonic()
        while (not place.server.died() and not crew.stop.is_set()
               and (any(one.is_alive() for one in working) or self.goes_on(place, time.monotonic() - began))):
            crew.stop.wait(0.002)
        crew.finish()

    def goes_on(self, place, seconds):
        """Whether the workload has more to do, so long after it began and with all packs posted."""
        return seconds < self.seconds

    def post_packs(self, stop, place, poster):
        for _ in range(self.packs):
            if stop.is_set() or not poster.post() and poster.fault:
                break
        poster.close()

    def scrape(self, stop, place, scraper):
        while not stop.is_set() and scraper.try_to_scrape():
            stop.wait(0.003)
        scraper.close()

    def may_miss(self, place):
        """{scraper: what it may miss}, where it may miss anything."""
        return {}

    def may_come_again(self, place):
        """{scraper: what may come twice}, where anything may."""
        return {}


class Registering(Point):
    """Files and scrapers are only made once."""

    new_file = True


class LeftKilled(Point):
    """At a start with a file that a killed server left, with events that wait, and that has to be moved."""

    new_file = True
    left_out = ()  # posters that have not posted into the file

    def die_once(self, place, n):
        posters, scrapers = place.people
        assert place.start()
        for one in scrapers:
            assert not one.scrape().events()
        for one in posters:
            if not isinstance(one, self.left_out):
                assert one.post(20)
        place.kill()
        self.prepare(place)
        return super().die_once(place, n)

    def prepare(self, place):
        """Makes the next start move the file."""
        raise NotImplementedError


class Resizing(LeftKilled):
    """Another capacity moves what waits into a new file."""

    def prepare(self, place):
        place.settings["storage.capacity_mib"] = 2


class Migrating(LeftKilled):
    """So does a file of version 1, as 0.1.0 left it, which knew no keys."""

    left_out = SteadyPoster

    def prepare(self, place):
        subprocess.run([os.environ[MAKER], place.path], check=True)


class Flushing(Point):
    """Every 100 ms at most, or with every group of POSTs."""

    seconds = 0.25
    most = 6


class Raising(Point):
    """The log's reserved end is raised for every 64 KiB of events."""

    sizes = (3000,)


class MakingRoom(Point):
    """So many large events that the oldest must make room, for a scraper that does not come. What it misses
    may only be older than all that it got; of the others, who come while room is made, may miss anything
    then, but nothing of what is posted afterwards."""

    settings = {"storage.when_full": "drop_oldest"}
    packs = 14
    sizes = (14000,)
    most = 8

    def scrape(self, stop, place, scraper):
        if scraper.name != "a":
            super().scrape(stop, place, scraper)

    def open_place(self):
        place = super().open_place()
        place.stretches = Stretches(place.ledger)
        return place

    def die_once(self, place, n):
        place.stretches.begin()
        return super().die_once(place, n)

    def be_calm(self, place):
        place.stretches.begin()
        super().be_calm(place)

    def may_miss(self, place):
        return {"a": place.stretches.older_than_all_that_came("a"),
                **{name: place.stretches.odd_ones() for name in ("b", "c")}}


class SettingAside(Point):
    """One scraper refuses every batch that has one of some events in it, while the server does not know yet which these
    are, and passes over events that are innocent. It may miss those that it refuses. The file has room for one range of
    what was passed over: where that is in two places at the kill, the few events that were delivered from between them
    come once more."""

    seconds = 30  # at most: on a slow machine the search for the events at fault takes its time
    most = 6
    tries = 4     # the scraper may happen to refuse nothing while the server does not know which events are at fault

    def work(self, place):
        """A scraper is owed only what comes after its first scrape."""
        place.people[1][2].try_to_scrape()
        super().work(place)

    def goes_on(self, place, seconds):
        """Until nothing waits for that scraper."""
        try:
            return seconds < self.seconds and place.server.peek("c").value("oneshot_events_waiting", scraper="c") > 0
        except (Broken, OSError):
            return False  # the server has killed itself

    def scrape(self, stop, place, scraper):
        if scraper.name != "c":
            super().scrape(stop, place, scraper)
            return
        while not stop.is_set() and self.scrape_pickily(scraper):
            stop.wait(0.003)

    def scrape_pickily(self, scraper):
        """Closes with a byte unread where it refuses the batch. False: the server is gone."""
        try:
            with scraper.place.connect() as connection:
                scraper.ask(connection)
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += connection.read_some(1)
                length = int(re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE).group(1))
                body = connection.read_some(length - 1)
                if any(self.is_refused(name.decode()) for name in re.findall(rb'id="([^"]+)"', body)):
                    return True
                body += connection.read_some(1)
                scraper.store(Reply("HTTP/1.1", 200, "OK", [], body, len(head) + length), connection.life)
                return True
        except (Broken, OSError):
            return False

    @staticmethod
    def is_refused(name):
        return int(name.rpartition("-")[2]) % 29 == 5

    def may_miss(self, place):
        return {"c": [name for name in place.ledger.missing("c") if self.is_refused(name)]}

    def may_come_again(self, place):
        twice = place.ledger.account("c", kills_excuse=False).twice
        # Between two that it refuses lie 28 others on average; 0 to 41 came again in 24 rows of 6 kills.
        return {"c": twice if len(twice) <= 12 * self.most else ()}


class Forgetting(Point):
    """An unnamed scraper that does not come again is forgotten, once a second."""

    settings = {"scrapers.forget_after_seconds": 1}
    seconds = 2.5
    most = 2

    def work(self, place):
        try:
            place.server.get("/metrics?scraper=gone")
        except (Broken, OSError):
            pass
        super().work(place)


class Changing(Point):
    """An operator has one scraper get everything again, or skip what waits for it. The first costs it no event, and the
    second may cost it those that waited; the others notice neither."""

    settings = {"history.seconds": 3600, "clients.boss.token_sha256": hashlib.sha256(b"boss").hexdigest(),
                "clients.boss.rights": ["admin"], "clients.anonymous.rights": ["post", "scrape", "view"]}
    most = 6

    def __init__(self, name, *arguments):
        super().__init__(name, *arguments)
        self.verb = name.partition(".")[0]

    def work(self, place):
        super().work(place)
        poster, scraper = place.people[0][0], place.people[1][2]
        for _ in range(self.most):
            if place.server.died() or not poster.post(3):
                break
            if self.verb == "replay":
                scraper.try_to_scrape()  # or there is nothing to send again
            self.change(place, scraper.name)
        poster.close()
        scraper.close()

    def change(self, place, scraper):
        """Its answer is of no use where the server kills itself meanwhile."""
        path = f"/api/v1/scrapers/{scraper}/{self.verb}" + ("?since=1h" if self.verb == "replay" else "")
        try:
            place.server.post(path, None, [("Authorization", "Bearer boss")])
        except (Broken, OSError):
            pass

    def may_miss(self, place):
        return {"c": place.ledger.missing("c")} if self.verb == "skip" else {}

    def may_come_again(self, place):
        return {"c": place.ledger.account("c", kills_excuse=False).twice} if self.verb == "replay" else {}


_KINDS = {"open": Registering, "register": Registering, "flush": Flushing, "reserved_end": Raising,
          "room": MakingRoom, "forget": Forgetting, "migrate": Migrating, "aside": SettingAside,
          "replay": Changing, "skip": Changing}


def all_points(seed, sync, most):
    points = [_KINDS.get(name.partition(".")[0], Point)(name, seed, sync, most) for name in names()]
    opening = [name for name in names() if name.startswith("open.")]
    points += [Resizing(name, seed, sync, most, ", resized") for name in opening]
    points += [Migrating(name, seed, sync, most, ", from version 1") for name in opening]
    return points if MAKER in os.environ else [one for one in points if not isinstance(one, Migrating)]
