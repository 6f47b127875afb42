# SPDX-License-Identifier: MIT
"""A strict parser of the Prometheus text format 0.0.4.

It refuses what any Prometheus refuses (https://prometheus.io/docs/instrumenting/exposition_formats/), and
what a Prometheus takes but stores wrongly: a series twice, times not ascending, a family in several pieces.
"""

import re

_VALUE = r"[^\"\\\n]*(?:\\[\\n\"][^\"\\\n]*)*"  # in this form long ones cost little
_SAMPLE = re.compile(
    r"([a-zA-Z_:][a-zA-Z0-9_:]*)"
    r"(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*=\"" + _VALUE + r"\"(?:,(?!\})|(?=\})))*)\})?"
    r" (\S+)(?: (-?\d+))?")
_LABEL = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)=\"(" + _VALUE + r")\"(?:,|$)")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[Ii]nf|NaN)")
_TYPES = ("counter", "gauge", "histogram", "summary", "untyped")
_WELCOME = re.compile(r'# scraper "([^"]*)" \(([^)]*)\), (\d+) events? in this batch')


class Sample:
    def __init__(self, name, labels, value, timestamp):
        self.name = name
        self.labels = labels
        self.value = value
        self.timestamp = timestamp

    def __repr__(self):
        time = "" if self.timestamp is None else f" {self.timestamp}"
        return f"{self.name}{self.labels} {self.value}{time}"


class Exposition:
    def __init__(self, body):
        self.body = body
        self.samples = []
        self.types = {}
        self.comments = []

    def family(self, name):
        return [s for s in self.samples if s.name == name]

    def events(self, metric="events_to_metrics"):
        return self.family(metric)

    def identified(self):
        """[(id, value, timestamp or None)] of the events, of which each must have a label `id`."""
        return [(event.labels["id"], event.value, event.timestamp) for event in self.events()]

    def ids(self):
        return [name for name, _, _ in self.identified()]

    def find(self, name, **labels):
        """The one sample with this name and these labels (others may be there too), or None."""
        hits = [s for s in self.family(name) if all(s.labels.get(k) == v for k, v in labels.items())]
        assert len(hits) <= 1, hits
        return hits[0] if hits else None

    def value(self, name, **labels):
        sample = self.find(name, **labels)
        assert sample is not None, f"no {name}{labels} in the exposition"
        return sample.value

    def welcome(self):
        """Who the first line says is scraping: (name, how it was known, events in the batch)."""
        match = _WELCOME.match(self.first_line())
        assert match, self.body[:200]
        return match.group(1), match.group(2), int(match.group(3))

    def batch(self):
        """How many events the first line says there are; None where it says that there is no batch this time."""
        return None if "), no batch: " in self.first_line() else self.welcome()[2]

    def first_line(self):
        return self.body.partition(b"\n")[0].decode()


def _unescape(text):
    return re.sub(r"\\(.)", lambda m: "\n" if m.group(1) == "n" else m.group(1), text)


def _labels(text, line):
    labels = {}
    for match in _LABEL.finditer(text or ""):
        name, value = match.groups()
        assert name not in labels, f"label {name} twice: {line!r}"
        assert name != "__name__", f"label __name__: {line!r}"
        labels[name] = _unescape(value)
    return labels


def parse(body):
    """The exposition in these bytes; AssertionError with the line where it is not one."""
    text = body.decode("utf-8")  # raises where it is not UTF-8
    assert not text or text.endswith("\n"), f"no newline at the end: {text[-200:]!r}"
    result = Exposition(body)
    last_time, closed, current, helped = {}, set(), None, set()

    def enter(name, line):
        nonlocal current
        if name == current:
            return
        assert name not in closed, f"family {name} is in several pieces: {line!r}"
        if current is not None:
            closed.add(current)
        current = name

    for line in text.split("\n")[:-1]:
        if not line:
            continue
        if line.startswith("#"):
            words = line.split(" ", 3)
            if words[1:2] == ["TYPE"]:
                assert len(words) == 4 and words[3] in _TYPES, f"bad TYPE line: {line!r}"
                enter(words[2], line)
                assert words[2] not in result.types, f"second TYPE line: {line!r}"
                assert not result.family(words[2]), f"TYPE after samples: {line!r}"
                result.types[words[2]] = words[3]
            elif words[1:2] == ["HELP"]:
                assert len(words) >= 3, f"bad HELP line: {line!r}"
                enter(words[2], line)
                assert words[2] not in helped, f"second HELP line: {line!r}"
                helped.add(words[2])
            else:
                result.comments.append(line)
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, f"not a sample line: {line!r}"
        name, labels, number, timestamp = match.groups()
        assert _NUMBER.fullmatch(number), f"not a number: {line!r}"
        enter(name, line)
        sample = Sample(name, _labels(labels, line), float(number), int(timestamp) if timestamp else None)
        key = (name, *sorted(sample.labels.items()))
        if key in last_time:
            assert sample.timestamp is not None, f"a series twice: {line!r}"
            assert sample.timestamp > last_time[key], f"timestamps must ascend in a series: {line!r}"
        last_time[key] = sample.timestamp
        result.samples.append(sample)
    return result
