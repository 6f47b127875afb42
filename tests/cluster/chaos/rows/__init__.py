# SPDX-License-Identifier: MIT
"""All rows, by what the fault is of."""

from cluster.chaos.rows import of_nodes, of_replicas, of_the_stream, window

ALL = (*of_nodes.ROWS, *of_replicas.ROWS, *of_the_stream.ROWS, *window.ROWS)


def by_name(name):
    return next(kind for kind in ALL if kind.name() == name)
