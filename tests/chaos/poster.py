# SPDX-License-Identifier: MIT
"""Posters whose connections break now and then, before all answers are there."""

from chaos.middle.paths import Hole, Reset
from harness import filling, poster, steady_poster
from harness.client import Broken


class _Spoiled:
    """spoils: one pack in so many meets a connection that breaks; 0 for never."""

    def __init__(self, world, name, dice, sizes, spoils=0, pause=0.1, fill=filling.dense, **more):
        super().__init__(world, name, dice, sizes, pack=19, pause=pause, fill=fill, **more)
        self._spoils = spoils

    def post(self, count=None):
        if count is not None or not self._spoils or self.dice.randrange(self._spoils):
            return super().post(count)
        pack = self.make(count)
        try:
            self._post_and_break(pack)
        except (Broken, OSError) as fault:
            self.fault = fault
        return False

    def _post_and_break(self, pack):
        way = self.dice.randrange(4)
        if way == 0:  # the middle breaks it before or inside the answers
            at = self.dice.randrange(80 * len(self.ids))
            told = self.dice.choice(("client", "server", "both", "nobody"))
            path = Hole(at) if told == "nobody" else Reset(at, told)
            connection = self.place.connect(path, timeout=0.5)
        else:
            connection = self.place.connect()
        try:
            connection.send(pack[:self.dice.randrange(len(pack))] if way == 1 else pack)
            if way == 3:
                connection.half_close()  # which is no fault: all is answered
            if way in (0, 3):
                self.read_answers(connection)
        finally:
            (connection.reset if way == 2 else connection.close)()


class Poster(_Spoiled, poster.Poster):
    """What it is not told of it lets go."""


class SteadyPoster(_Spoiled, steady_poster.SteadyPoster):
    """Under keys, and until it is answered with 200."""

    def _post_and_break(self, pack):
        self.unread += self.requests()
        super()._post_and_break(pack)
