# SPDX-License-Identifier: MIT
"""A client with one connection to a place, which it uses again while all goes well.

A place is any object with a method `connect(**options)`, which gives a connection to the place's server or raises
Broken or OSError, and with a `ledger`, in which the client notes what happens. Several servers may live at a place,
one after the other.
"""


class Caller:
    """keeps: whether it keeps its connection from one use to the next."""

    def __init__(self, place, name, dice=None, keeps=True):
        self.place, self.name, self.dice, self.keeps = place, name, dice, keeps
        self.fault = None  # the exception that ended its last use of a connection; None where it went well
        self._kept = None

    def borrow(self, **options):
        """The connection it kept, which is the borrower's from now on, or a new one."""
        connection, self._kept = self._kept, None
        if connection is not None and connection.life != self.place.ledger.life:
            connection.close()  # to a server that is no more
            connection = None
        if connection is None:
            return self.place.connect(**options)
        if "timeout" in options:
            connection.socket.settimeout(options["timeout"])
        return connection

    def give_back(self, connection):
        """A connection on which all was read."""
        self._kept = connection
        if not self.keeps:
            self.close()

    def has_kept(self):
        return self._kept is not None

    def close(self):
        if self._kept is not None:
            self._kept.close()
            self._kept = None
