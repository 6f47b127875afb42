# SPDX-License-Identifier: MIT
"""Load on the server, made to run in processes of its own (see beside.py): posters, scrapers, and a probe.

An event's label `id` is its number, so that what became of each can be compared: an array of statuses by
number on one side, an array of numbers in order of arrival on the other.
"""

import os
import re
import select
import socket
import threading
import time
from array import array
from contextlib import suppress

from .client import Broken, Connection, request, scrape_timeout
from .exactly_once import ExactlyOnce
from .processes import waited_for_processor, waited_for_processor_by_thread

UNANSWERED, NO_RETRY_AFTER = 0, 1  # in place of a status
_ID = re.compile(rb'^events_to_metrics\{id="(\d+)"', re.MULTILINE)
_NEEDS_ROOM = b"the event log needed the room"
_NO_BATCH = b"), no batch: "  # the one before is on its way still
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def _status_of(data):
    """The status of a whole reply; None while it is not whole. A 503 has to say when to try again."""
    head, blank, body = data.partition(b"\r\n\r\n")
    if not blank or len(body) < int(_LENGTH.search(data).group(1)):
        return None
    status = int(head[9:12])
    return NO_RETRY_AFTER if status == 503 and b"\r\nretry-after: " not in head.lower() else status


def post(ready, stop, port, connections, padding):
    """Each connection posts one event after the other until `stop`; returns the status of each event."""
    statuses, in_flight, got = array("H"), {}, {}
    poll = select.epoll()
    sockets = {}
    form = request("POST", "/event?id=@&pad=" + "x" * padding).split(b"@")

    def send_next(number):
        in_flight[number] = len(statuses)
        got[number] = b""
        statuses.append(UNANSWERED)
        sockets[number].sendall(b"%s%d%s" % (form[0], in_flight[number], form[1]))

    for _ in range(connections):
        one = socket.create_connection(("127.0.0.1", port), 10)
        sockets[one.fileno()] = one
        poll.register(one, select.EPOLLIN)
    ready()
    for number in sockets:
        send_next(number)
    give_up = None
    while in_flight and (give_up is None or time.monotonic() < give_up):
        for number, _ in poll.poll(0.1):
            data = sockets[number].recv(4096)
            if not data:  # the event stays unanswered
                poll.unregister(number)
                del in_flight[number]
                continue
            got[number] += data
            status = _status_of(got[number])
            if status is None:
                continue
            statuses[in_flight.pop(number)] = status
            if give_up is None:
                send_next(number)
        if give_up is None and stop.is_set():
            give_up = time.monotonic() + 10
    return statuses


def dribble(ready, stop, port, connections):
    """Slowloris: sends a request head on each connection, a byte now and then, and comes back whenever it is
    thrown out. Returns how often that was."""
    def begin():
        one = socket.create_connection(("127.0.0.1", port), 10)
        one.sendall(b"POST /event?type=dribble HTTP/1.1\r\nHost: t\r\nX-Slow: ")
        one.setblocking(False)
        return one

    sockets, thrown_out = [begin() for _ in range(connections)], 0
    ready()
    last_round = False
    while not last_round:
        last_round = stop.wait(0.05)  # once more after it: who was thrown out just before counts too
        for place, one in enumerate(sockets):
            try:
                one.send(b"y")
                one.recv(4096)
            except BlockingIOError:
                continue  # nothing came: it still has its place
            except ConnectionError:
                pass
            one.close()
            sockets[place] = begin()
            thrown_out += 1
    return thrown_out


def _numbers(reply):
    assert reply.status == 200, reply
    return array("L", map(int, _ID.findall(reply.body)))


def scrape(ready, stop, port, name, receive_buffer, chunk, pause):
    """Scrapes again and again, reading `chunk` bytes and then pausing; after `stop` without a pause until
    nothing is left. Returns the numbers of all events it got.

    A full log needs the room of a batch that is on its way: its connection is reset, or the answer is 503 where none of
    it had gone out."""
    arrived = array("L")
    path, patient = f"/metrics?scraper={name}", [scrape_timeout(60)]
    ready()
    while not stop.is_set():
        with suppress(Broken), Connection(port, receive_buffer=receive_buffer) as connection:
            while not stop.is_set():
                connection.send_get(path, patient)
                reply = connection.read_slowly(chunk, pause)
                if reply.status != 503 or _NEEDS_ROOM not in reply.body:
                    arrived += _numbers(reply)
    with Connection(port) as connection:
        while True:
            reply = connection.get(path, patient)
            some = _numbers(reply)
            arrived += some
            if not some and _NO_BATCH not in reply.body.partition(b"\n")[0]:
                return arrived


def ledger_of(statuses, **arrived):
    """What post() and several scrape() came to; an event that was not answered counts as posted only."""
    ledger = ExactlyOnce()
    ledger.posted(range(len(statuses)))
    for number, status in enumerate(statuses):
        if status != UNANSWERED:
            ledger.answered(number, status)
    for scraper, numbers in arrived.items():
        ledger.whole(scraper, [(number, 1, None) for number in numbers])
    return ledger


class Stopwatch:
    """How long answers take, and how long without the time in which the machine had no processor for them:
    what nobody could have answered sooner is not the server's to answer for. The caller is a main thread.

    others: what waited_for_processor_by_thread() says of the process that answers
    """

    def __init__(self, others):
        self._others = others
        self.seconds, self.fed_seconds = array("d"), array("d")

    def __enter__(self):
        self._waits, self._began = self._waited(), time.perf_counter()

    def __exit__(self, kind, value, trace):
        seconds = time.perf_counter() - self._began
        (ours, main, *workers), then = self._waited(), self._waits
        worst_worker = max((now - before for now, before in zip(workers, then[2:])), default=0)
        self.seconds.append(seconds)
        self.fed_seconds.append(max(0, seconds - (ours - then[0]) - (main - then[1]) - worst_worker))

    def _waited(self):
        # A request goes from us to the thread that accepts, then to a worker, and back to us.
        return [waited_for_processor(), *self._others()]


def stopwatch(server):
    """For what this server does while nobody else is asked; the caller is a main thread."""
    return Stopwatch(lambda: waited_for_processor_by_thread(server.pid))


class Echo(threading.Thread):
    """Answers each byte of one client with a byte: what an answer takes on this machine, whatever is asked."""

    def __init__(self):
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.start()

    def task(self):
        return f"{os.getpid()}/task/{self.native_id}"

    def run(self):
        client, _ = self._listener.accept()
        with self._listener, client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while byte := client.recv(1):
                client.sendall(byte)


def probe(ready, stop, port, pid, path, echo_port, echo_task):
    """Asks for `path` on new connections and on a kept one in turn, and an Echo for a byte, with 5 ms between. Returns
    for all three kinds how long the answers took, as they were and as they would have been with a processor at hand."""
    new, kept = (Stopwatch(lambda: waited_for_processor_by_thread(pid)) for _ in range(2))
    echo = Stopwatch(lambda: [waited_for_processor(echo_task)])
    with Connection(port) as connection, Connection(echo_port) as bare:
        assert connection.get(path).status == 200
        ready()
        while not stop.is_set():
            with new, Connection(port) as other:
                assert other.get(path).status == 200
            with kept:
                assert connection.get(path).status == 200
            with echo:
                bare.send(b"x")
                assert bare.socket.recv(1) == b"x"
            stop.wait(0.005)
    return {kind: (watch.seconds, watch.fed_seconds) for kind, watch in
            (("new", new), ("kept", kept), ("bare", echo))}


def percentiles(seconds):
    """In words: the median, the 99th percentile and the worst, in milliseconds."""
    ranked = [1000 * one for one in sorted(seconds)]
    half, most = ranked[len(ranked) // 2], ranked[len(ranked) * 99 // 100]
    return f"p50 {half:.1f}, p99 {most:.1f}, worst {ranked[-1]:.1f} ms of {len(ranked)}"
