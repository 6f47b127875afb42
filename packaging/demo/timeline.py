# SPDX-License-Identifier: MIT
"""Draws events as dots on a line for each series, in a terminal."""

DOT, LINE = "●", "─"
LEAST = 20  # columns of a line, however narrow the terminal


def title(labels):
    """A series in words: its type, then the values of its other labels."""
    rest = [value for name, value in sorted(labels.items()) if name not in ("__name__", "job", "instance", "type")]
    return " ".join([labels.get("type", "event"), *rest])


def line(times, begin, seconds, columns):
    """One line: a dot where there is an event, each column as long as the others."""
    at = {int((time - begin) / seconds * columns) for time in times}
    return "".join(DOT if column in at else LINE for column in range(columns))


def draw(series, now, seconds, width):
    """The lines of a picture of the last `seconds` in `width` columns; series: {title: [time of an event]}."""
    margin = max([len(name) for name in series], default=0)
    columns = max(width - margin - 3, LEAST)
    begin = now - seconds
    lines = [f"{name:>{margin}}  {line(times, begin, seconds, columns)}" for name, times in sorted(series.items())]
    old = f"{seconds} s ago"
    return [*lines, f"{'':>{margin}}  {old}{'now':>{columns - len(old)}}"]
