# SPDX-License-Identifier: MIT
"""How long it takes until a new replica serves, and until events are stored and brought again when something ends."""

import signal
import time
from statistics import median

from bench import backlog
from harness.client import Broken, Connection, scrape_timeout
from harness.exposition import parse
from harness.freezing import freeze, thaw

WAITING = 100_000  # events
WATCHED = 8.0  # seconds, in which an engine that loses its leader has another one as a rule
SCRAPE_TIMEOUT = 1.0  # seconds: no longer may a batch be on its way


def measure_catching_up(setting):
    """A further replica, while so many events wait; from its start to its first 200 at /readyz."""
    backlog.post(setting.replicas[0].port, WAITING, WAITING)
    took = []
    for _ in range(3):
        began = time.monotonic()
        late = setting.start("c")
        took.append(time.monotonic() - began)
        cpu = late.cpu_seconds()
        setting.remove(late)
    print(f"a new replica with {WAITING:,} waiting events serves after {median(took):.2f} s "
          f"({min(took):.2f} to {max(took):.2f}), CPU {cpu:.2f} s")
    scraper = backlog.Scraper(setting.replicas[0].port, "s0")
    scraper.confirm()
    scraper.close()


def _post(port):
    try:
        with Connection(port, timeout=30) as connection:
            return connection.post("/event?type=after").status == 200
    except (Broken, OSError):
        return False


def _longest_gap(port):
    """The longest time between two events that were stored, of the next seconds."""
    began = last = time.monotonic()
    longest = 0.0
    while last - began < WATCHED:
        assert time.monotonic() - last < 60, "nothing is stored within a minute"
        if _post(port):
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        else:
            time.sleep(0.01)
    return longest


def _until_brought(port):
    """Seconds until a scrape brings events."""
    began = time.monotonic()
    while time.monotonic() - began < 60:
        with Connection(port, timeout=30) as connection:
            connection.send_get("/metrics?scraper=s0", [scrape_timeout(SCRAPE_TIMEOUT)])
            shown = parse(connection.read_reply().body)
            if shown.batch():
                return time.monotonic() - began
        time.sleep(0.01)
    raise AssertionError(f"nothing is brought within a minute: {shown.first_line()}")


def _kill_leader(setting, port):
    node = setting.leader
    node.kill()
    gap = _longest_gap(port)
    node.start()
    return gap


def _stop_leader(setting, port):
    node = setting.leader
    freeze(node.pid)
    gap = _longest_gap(port)
    thaw(node.pid)
    return gap


def _end_leader(setting, port):
    node = setting.leader
    node.signal(signal.SIGTERM)
    gap = _longest_gap(port)
    node.wait()
    node.start()
    return gap


def _kill_replica(setting):
    """One that has a batch which its scraper does not read: seconds until a POST, and a scrape, of another replica."""
    killed, other = setting.start("d"), setting.replicas[0]
    with Connection(other.port) as connection:
        assert connection.post("/event?type=held").status == 200
    with Connection(killed.port, receive_buffer=4096) as connection:
        connection.send_get("/metrics?scraper=s0", [scrape_timeout(SCRAPE_TIMEOUT)])
        connection.wait_for_unread(1)
        killed.kill()
        connection.reset()
        began = time.monotonic()
        assert _post(other.port)
        posted = time.monotonic() - began
        brought = posted + _until_brought(other.port)
    setting.replicas.remove(killed)
    killed.stop()
    return posted, brought


def measure_ends(setting, count):
    port = setting.replicas[0].port
    for name, end in (("the leader is killed", _kill_leader), ("the leader stands still", _stop_leader),
                      ("the leader is ended", _end_leader)):
        took = []
        for _ in range(count):
            took.append(end(setting, port))
            setting.engine.wait(120)
        print(f"{name}: nothing is stored for {median(took):.2f} s ({min(took):.2f} to {max(took):.2f})", flush=True)
    both = [_kill_replica(setting) for _ in range(count)]
    posted, brought = zip(*both)
    print(f"a replica is killed with a batch that was not read, {SCRAPE_TIMEOUT:g} s for a scrape: another one stores "
          f"after {median(posted):.2f} s, and brings the batch after {median(brought):.2f} s ({min(brought):.2f} to "
          f"{max(brought):.2f})")
