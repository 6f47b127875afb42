# SPDX-License-Identifier: MIT
"""A POST to a replica beside the same to a single server, and beside the append of an equal record."""

from statistics import median

from bench import h2load, servers

MANY = 256  # in flight, each on a connection of its own
SHAPES = (1, 16, 64, MANY, 1024)


class Round:
    """So many POSTs at once to a replica, and then as many events in equal records by the raw publisher."""

    def __init__(self, setting, in_flight, requests):
        replica, other = setting.replicas[:2]
        first, others = replica.place_in_log(), other.cpu_seconds()
        self.cpu_us, times = h2load.fire(replica, servers.TARGET, requests, in_flight, 1)
        self.per_second, self.p50, self.p99 = times["per_second"], times["p50"], times["p99"]
        last = replica.place_in_log()
        other.place_in_log()  # it has read all of it when it answers what it was asked after that
        self.other_cpu_us = (other.cpu_seconds() - others) / requests * 1e6
        self.events_per_record = requests / (last - first)
        self.record_bytes = setting.record_bytes(first, last)
        raw = setting.append_raw(self.record_bytes, max(1, round(in_flight / self.events_per_record)),
                                 max(200, round(requests / self.events_per_record)))
        self.raw_events_per_second = raw["records_per_second"] * self.events_per_record
        self.raw_p50 = raw["p50_us"]
        self.embedded_cpu_us, times = h2load.fire(setting.embedded, servers.TARGET, requests, in_flight, 1)
        self.embedded_per_second = times["per_second"]

    @property
    def of_raw(self):
        return self.per_second / self.raw_events_per_second

    @property
    def of_embedded(self):
        return self.cpu_us / self.embedded_cpu_us


def requests_for(in_flight, scale):
    return max(200, int(scale * (400 if in_flight == 1 else 150 * in_flight if in_flight < 64 else 20_000)))


def middle(rounds, what):
    return median(getattr(one, what) for one in rounds)


def spread(rounds, what):
    values = [getattr(one, what) for one in rounds]
    return f"{min(values):.2f} to {max(values):.2f}"


COLUMNS = (("events/s", 10, 0, "per_second", 1), ("one", 9, 0, "embedded_per_second", 1),
           ("raw", 9, 0, "raw_events_per_second", 1), ("of raw", 8, 2, "of_raw", 1), ("p50 ms", 8, 2, "p50", 1000),
           ("raw", 7, 2, "raw_p50", 1000), ("events", 8, 1, "events_per_record", 1), ("bytes", 7, 0, "record_bytes", 1),
           ("CPU µs", 8, 1, "cpu_us", 1), ("of one", 8, 2, "of_embedded", 1), ("other", 7, 1, "other_cpu_us", 1))


def table(by_shape):
    lines = ["in flight" + "".join(f"{head:>{width}}" for head, width, *_ in COLUMNS)]
    for in_flight, rounds in by_shape.items():
        lines.append(f"{in_flight:9}" + "".join(f"{middle(rounds, what) / unit:{width}.{digits}f}"
                                                for _, width, digits, what, unit in COLUMNS))
    return "\n".join(lines)


def measure(setting, goals, count, scale):
    """Prints how it grows with what is in flight; each shape in each round, so that all meet the same noise."""
    by_shape = {in_flight: [] for in_flight in SHAPES}
    for number in range(count + 1):
        for in_flight, rounds in by_shape.items():
            one = Round(setting, in_flight, requests_for(in_flight, scale / (1 if number else 4)))
            if number:  # the first one warms up
                rounds.append(one)
    print("POST /event by requests in flight; one: a single server; raw: equal records of the raw publisher, without\n"
          "HTTP; events: in a record; CPU of the replica that is posted to, and of the other one")
    print(table(by_shape), flush=True)
    many, lone = by_shape[MANY], by_shape[1]
    goals.at_least(f"POST, {MANY} in flight: events/s, of the raw publisher's ({spread(many, 'of_raw')})",
                   middle(many, "of_raw"), 0.8, "times")
    goals.at_least(f"POST, {MANY} in flight: events in a record", middle(many, "events_per_record"), 20, "")
    goals.at_most(f"POST, {MANY} in flight: CPU of the replica ({spread(many, 'of_embedded')})",
                  middle(many, "of_embedded"), 1.3, "of one server's")
    goals.at_most("POST, alone: p50 beyond a raw append", (middle(lone, "p50") - middle(lone, "raw_p50")) / 1000, 0.5,
                  "ms")
