# SPDX-License-Identifier: MIT
"""All rows of the table, by kind of attack."""

from . import (floods, forgeries, forwarded, gets, leases, lines, machine, memory, paths, scrapers, series, slow, times,
               unread)

_KINDS = (gets, slow, unread, leases, memory, times, series, scrapers, floods, lines, paths, forwarded, machine,
          forgeries)
ALL = [row for kind in _KINDS for row in kind.ROWS]


def by_name(name):
    return next(row for row in ALL if row.name() == name)
