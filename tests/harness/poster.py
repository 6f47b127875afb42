# SPDX-License-Identifier: MIT
"""Posts events, each with an id of its own, and has the ledger know which of them were accepted."""

from . import filling
from .caller import Caller
from .client import Broken, request


class Poster(Caller):
    """Packs of events down one connection; all answers to one are waited for before the next.

    sizes: lengths of the padding that the events of a pack may carry
    fill:  what the padding is, one of `filling`
    pack:  the most events at once, by the dice
    pause: seconds between two packs; with dice at most so long
    """

    ANSWERS = (200, 503)  # that may come

    def __init__(self, place, name, dice=None, sizes=(0,), pack=1, pause=0.0, keeps=True,
                 fill=filling.dense):
        super().__init__(place, name, dice, keeps)
        self.sizes, self.pack, self.pause, self.fill = sizes, pack, pause, fill
        self.ids = []  # of the last pack
        self._next = 0
        self._filled = 0  # bytes

    def run(self, stop):
        while not stop.is_set():
            self.post()
            stop.wait(self.pause * (self.dice.random() if self.dice else 1))  # the pace of the traffic
        self.close()

    def post(self, count=None):
        """One pack, of so many events if that is given; False where its answers did not all come."""
        connection, self.fault = None, None
        try:
            connection = self.borrow()
            connection.send(self.make(count))
            self.read_answers(connection)
            self.give_back(connection)
        except (Broken, OSError) as fault:
            self.fault = fault
            if connection is not None:
                connection.close()
        return self.fault is None

    def make(self, count=None):
        """The requests for new events, which count as posted from now on."""
        count = count or (self.dice.randrange(1, self.pack + 1) if self.dice else 1)
        self.ids = [f"{self.name}-{self._next + number:06d}" for number in range(count)]
        self._next += count
        self.place.ledger.posted(self.ids)
        size = self.dice.choice(self.sizes) if self.dice else self.sizes[0]
        return b"".join(request("POST", f"/event?id={name}{self._padding(size)}") for name in self.ids)

    def _padding(self, size):
        begin, self._filled = self._filled, self._filled + size
        return "&pad=" + self.fill(begin, size) if size else ""

    def read_answers(self, connection):
        for name in self.ids:
            reply = connection.read_reply()
            assert reply.status in self.ANSWERS, reply
            if reply.status != 504:  # nobody knows: the event stays unknown
                self.place.ledger.answered(name, reply.status)
