# SPDX-License-Identifier: MIT
"""All rows of the table, by kind of fault."""

from . import api, killed, late, limits, full_disk, ordinary, proxies

_KINDS = (ordinary, limits, killed, late, full_disk, proxies, api)
ALL = [row for kind in _KINDS for row in kind.ROWS]
