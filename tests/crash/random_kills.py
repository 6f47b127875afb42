# SPDX-License-Identifier: MIT
"""kill -9 at any moment, again and again, with posters and scrapers running; then stops in good order
likewise."""

from crash.place import Place
from crash.result import Result
from harness.crew import Crew, dice_for
from harness.poster import Poster
from harness.scraper import Scraper
from harness.steady_poster import SteadyBatches, SteadyPoster

SIZES, PACK = (0, 10, 300), 8  # of events
_LATE_AFTER = 0.3  # of the kills, then a scraper comes that nobody knew


class RandomKills:
    """Posters that never pause for long, scrapers of both kinds, and a new one when some kills are over."""

    def __init__(self, seed, sync, times, kills=True, event_times=False):
        self.seed, self.sync, self.times, self.kills = seed, sync, times, kills
        self.settings = {"events.use_explicit_timestamps": event_times, "storage.when_full": "reject"}
        self.name = f"{'random-kills' if kills else 'stops'}-{sync}{'-event-times' if event_times else ''}"

    def play(self):
        dice = dice_for(self.seed, self.name)
        with Place(self.settings, sync=self.sync) as place:
            assert place.start()
            posters = [Poster(place, f"p{n}", dice_for(self.seed, "poster", n), SIZES, PACK, 0.01) for n in range(2)]
            steady = [SteadyPoster(place, f"k{n}", dice_for(self.seed, "steady", n), SIZES, PACK, 0.01, lines=n + 1)
                      for n in range(2)]
            steady.append(SteadyBatches(place, "b0", dice_for(self.seed, "batches"), SIZES, 3 * PACK, 0.01))
            scrapers = [Scraper(place, name, dice_for(self.seed, name), 0.02, keeps=name != "b")
                        for name in ("a", "b", "c")]  # c is not in the config
            late = Scraper(place, "late", dice_for(self.seed, "late"), 0.02)
            crew = Crew()
            for one in posters + steady + scrapers:
                crew.add(one.run)
            for time in range(self.times):
                if time == int(self.times * _LATE_AFTER):
                    crew.add(late.run)
                crew.work(dice.uniform(0.05, 0.3))
                (place.kill if self.kills else place.stop)()
                assert place.start()
            crew.finish()
            for one in steady:
                assert one.settle(), f"{one.name}: not all is answered with 200"
                one.close()
            for scraper in scrapers + [late]:
                assert scraper.drain(), f"{scraper.name}: still events"
            result = Result.of(self.name, place.ledger, self.times,
                               may_repeat=self.kills, scrapers=scrapers + [late])
            if self.kills and not sum(one.replayed for one in steady):
                result.complaints.append("no answer was lost of what was stored: this row shows nothing of keys")
            if result.named > 2 + self.times // 10:
                result.complaints.append("too often: a kill hardly ever meets that one moment")
            place.stop()
            return result
