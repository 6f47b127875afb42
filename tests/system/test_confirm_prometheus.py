# SPDX-License-Identifier: MIT
"""Confirmation with a real Prometheus, in the cases that TCP cannot decide: each event is stored once in the end.

One after the other: killed right after a batch was sent; limits of its own; answers that come too late through a
relay, which has acknowledged them all.
"""

import os
import random
import select
import signal
import socket
import subprocess
import threading
import time
import unittest

from harness import processes, programs, runner
from harness.oracle import Oracle
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.sockets import accept_each, free_port
from harness.waiting import wait_until

NAME, JOB = "prom-a", "events"
BURST, KILLS = 3000, 4
LATE = 12  # answers


class LateRelay:
    """Takes each answer whole from the server's side at once, and gives its last bytes on around the scrape's timeout,
    as a slow link behind a relay does. While `late` is off it only passes on."""

    def __init__(self, port, dice):
        self.to, self.dice, self.late, self.delayed = port, dice, False, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        accept_each(self._listener, self._begin)

    def close(self):
        self._listener.close()

    def _begin(self, client):
        threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client):
        with client, socket.create_connection(("127.0.0.1", self.to)) as server:
            while True:
                ready, _, _ = select.select([client, server], [], [], 30)
                try:
                    for side in ready:
                        data = side.recv(1 << 20)
                        if not data:
                            return
                        if side is client:
                            asked = time.monotonic()
                            server.sendall(data)
                        else:
                            self._answer(client, server, data, asked)
                except OSError:
                    return
                if not ready:
                    return

    def _answer(self, client, server, data, asked):
        while select.select([server], [], [], 0.02)[0]:
            more = server.recv(1 << 20)
            data += more
            if not more:
                break
        if self.late:
            client.sendall(data[:-1000])
            time.sleep(max(0.0, asked + 0.9 + self.dice.uniform(-0.03, 0.03) - time.monotonic()))
            data = data[-1000:]
            self.delayed += 1
        client.sendall(data)


class ConfirmPrometheus(unittest.TestCase):
    def setUp(self):
        self.program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        seed = int(os.environ.get("ONESHOT_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
        print(f"        ONESHOT_SEED={seed}", flush=True)
        self.dice = random.Random(seed)

    def start(self, through=lambda port: port, **options):
        """A server, and a Prometheus that scrapes it through something, each knowing the other."""
        port = free_port()
        settings = {"server.port": port, "log.level": "debug"}
        server = Server(settings)
        self.addCleanup(server.kill)
        self.prometheus = Prometheus(self.program, {JOB: Job(through(port), NAME, **options)})
        self.addCleanup(self.prometheus.stop)
        server.configure({**settings, f"confirm.{NAME}.url": f"http://127.0.0.1:{self.prometheus.port}"})
        server.signal(signal.SIGHUP)
        server.wait_for_log(lambda l: l["msg"] == "reloaded", "that it knows the Prometheus")
        self.server = server
        self.oracle = Oracle(server)
        wait_until(lambda: server.get(f"/metrics?peek=1&scraper={NAME}").status == 200, "the first scrape", 30)
        wait_until(lambda: self.own("oneshot_confirm_active") == 1, "confirmation", 30)

    def own(self, metric, **labels):
        return self.server.peek(NAME).value(metric, scraper=NAME, **labels)

    def refuted(self):
        return sum(self.own("oneshot_batches_refuted_total", reason=r) for r in ("refused", "absent", "vanished"))

    def each_event_is_stored_once(self):
        def done():
            return not any(self.own(f"oneshot_events_{state}") for state in ("waiting", "in_flight"))
        wait_until(done, "everything is confirmed", 90, 0.3)
        self.oracle.whole(NAME, [(name, count, None) for name, count in self.prometheus.stored(JOB).items()])
        self.oracle.check(NAME)
        self.assertEqual(self.own("oneshot_events_delivered_total"), len(self.oracle.accepted))

    def test_killed_right_after_a_batch_was_sent(self):
        self.start()
        for _ in range(KILLS):
            self.oracle.post(BURST)
            seen = len(self.server.raw_log)
            sent = f'msg="scrape" scraper={NAME} events='.encode()  # its whole, or what was posted since the last one
            wait_until(lambda: self.server.raw_log.find(sent, seen) >= 0, "a batch is sent", 20, 0.0005)
            time.sleep(self.dice.uniform(0, 0.03))  # is what the case is about
            self.prometheus.signal(signal.SIGKILL)
            self.prometheus.wait()
            self.prometheus.start()
            wait_until(lambda: not self.own("oneshot_events_waiting") + self.own("oneshot_events_in_flight"),
                       "the burst is confirmed", 60, 0.1)
        print(f"        {self.refuted():.0f} of {KILLS} batches were not stored", flush=True)
        self.each_event_is_stored_once()

    def test_a_limit_of_samples_makes_batches_smaller_and_loses_nothing(self):
        self.start(sample_limit=200)
        self.oracle.post(900)
        self.each_event_is_stored_once()
        self.assertGreater(self.own("oneshot_batches_refuted_total", reason="refused"), 0)
        self.server.wait_for_log(lambda l: l.get("reason") == "sample limit exceeded", "with the reason")

    def test_late_answers_through_a_relay(self):
        socat = programs.need("socat")
        relays = []

        def through(port):
            middle = free_port()
            listen = f"TCP-LISTEN:{middle},bind=127.0.0.1,fork,reuseaddr"
            relay = subprocess.Popen([socat, listen, f"TCP:127.0.0.1:{port}"], stdin=subprocess.DEVNULL)
            self.addCleanup(processes.end, relay)
            relays.append(LateRelay(middle, self.dice))
            self.addCleanup(relays[0].close)
            return relays[0].port
        self.start(through)
        self.oracle.keep_posting()
        relays[0].late = True
        wait_until(lambda: relays[0].delayed >= LATE, "late answers", 60, 0.1)
        relays[0].late = False
        self.oracle.finish()
        print(f"        {self.refuted():.0f} batches were not stored", flush=True)
        self.each_event_is_stored_once()


if __name__ == "__main__":
    runner.main()
