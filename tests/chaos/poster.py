# SPDX-License-Identifier: MIT
"""Posts events, and keeps apart what was accepted, what was refused, and what nobody knows."""

from chaos.middle.paths import Hole, Reset
from harness.client import Broken, request


class Poster:
    """Events in packs down one connection. `sizes`: lengths of the filling that each may carry. `spoils`: one
    pack in so many is posted down a connection that breaks before all answers are there; 0 for never."""

    def __init__(self, world, name, dice, sizes, spoils=0, pause=0.1, pack=20):
        self._world, self._name, self._dice = world, name, dice
        self._sizes, self._spoils, self._pause, self._pack = sizes, spoils, pause, pack
        self._next = 0
        self._kept = None
        self.refused = 0

    def run(self, stop):
        while not stop.is_set():
            self.post(self._dice.randrange(1, self._pack))
            stop.wait(self._dice.random() * self._pause)  # the pace of the traffic
        self.close()

    def close(self):
        if self._kept:
            self._kept.close()
            self._kept = None

    def post(self, count):
        """Posts that many events and waits for the answers; False where they did not all come."""
        filling = "x" * self._dice.choice(self._sizes)
        ids = [f"{self._name}-{self._next + i}" for i in range(count)]
        self._next += count
        pack = b"".join(request("POST", f"/event?id={i}&filling={filling}") for i in ids)
        self._world.oracle.unknown.update(ids)
        try:
            if self._spoils and self._dice.randrange(self._spoils) == 0:
                self._post_and_break(pack, ids)
                return False
            if self._kept is None:
                self._kept = self._world.connect()
            self._kept.send(pack)
            self._read_answers(self._kept, ids)
            return True
        except (Broken, OSError):
            self.close()
            return False

    def _read_answers(self, connection, ids):
        oracle = self._world.oracle
        for name in ids:
            status = connection.read_reply().status
            assert status in (200, 503), status
            oracle.unknown.discard(name)
            if status == 200:
                oracle.accepted.append(name)
            else:
                self.refused += 1

    def _post_and_break(self, pack, ids):
        way = self._dice.randrange(4)
        if way == 0:  # the middle breaks it before or inside the answers
            at = self._dice.randrange(80 * len(ids))
            told = self._dice.choice(("client", "server", "both", "nobody"))
            path = Hole(at) if told == "nobody" else Reset(at, told)
            connection = self._world.connect(path, timeout=0.5)
        else:
            connection = self._world.connect()
        try:
            connection.send(pack[:self._dice.randrange(len(pack))] if way == 1 else pack)
            if way == 3:
                connection.half_close()  # which is no fault: all is answered
            if way in (0, 3):
                self._read_answers(connection, ids)
        finally:
            (connection.reset if way == 2 else connection.close)()
