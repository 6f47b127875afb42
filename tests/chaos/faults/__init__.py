# SPDX-License-Identifier: MIT
"""All rows of the table, by kind of fault."""

from chaos.proxies import rows as proxies

from . import (clocks, compressed, ends, full, guests, holes, late, limits, lines, requests, resets, retries, several,
               slow, stops, undecided)

_KINDS = (resets, ends, compressed, slow, holes, retries, requests, several, guests, full, stops, clocks, lines, late,
          limits, undecided, proxies)
ALL = [row for kind in _KINDS for row in kind.ROWS]


def by_name(name):
    return next(row for row in ALL if row.name() == name)
