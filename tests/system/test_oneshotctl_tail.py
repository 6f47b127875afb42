# SPDX-License-Identifier: MIT
"""oneshotctl tail: what it asks for, and that each event is shown once, in order."""

import json
import re
import signal
import time

from harness import runner
from harness.oneshotctl import start
from harness.waiting import wait_until
from system.test_oneshotctl_api import EVENT, NOW, Scripted, changed, page


class Tail(Scripted):
    def test_it_begins_with_the_newest_ten(self):
        self.says("/api/v1/events", page(EVENT))
        self.assertEqual(self.ctl("tail").count("\n"), 1)
        self.assertEqual(self.queries(), [{"limit": ["10"]}])
        self.ctl("tail", "--since", "15m", "type=x")
        self.assertEqual(self.queries()[-1], {"limit": ["1000"], "since": ["15m"], "label.type": ["x"]})
        self.ctl("tail", "--limit", "3")
        self.assertEqual(self.queries()[-1], {"limit": ["3"]})

    def follow(self, *args):
        process = start("tail", "-f", "--url", self.server.url, *args)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.kill)
        return process

    def test_it_shows_each_event_that_comes_once_also_those_that_were_late_to_show(self):
        def numbered(number, ms):
            return changed(EVENT, id=f"{number:024x}", labels={"n": str(number)}, unix_ms=NOW + ms)
        pages = [[], [numbered(1, 0)], [numbered(1, 0), numbered(2, 0)],
                 [numbered(1, 0), numbered(3, -5), numbered(2, 0)], [numbered(4, 10_000)]]

        def answer(asked):
            return 200, page(*pages.pop(0)) if len(pages) > 1 else page(*pages[0])
        self.answers[("GET", "/api/v1/events")] = answer
        process = self.follow()
        shown = [process.stdout.readline().decode() for _ in range(4)]
        self.assertEqual([line.split('n="')[1][0] for line in shown], ["1", "2", "3", "4"])
        wait_until(lambda: len(self.server.asked) > 6, "it goes on asking")
        self.assertEqual(self.queries()[2], {"since": [str(NOW - 2000)], "limit": ["1000"]})
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        self.assertEqual((out, err, process.returncode), (b"", b"", -signal.SIGINT))

    def test_with_follow_the_newest_come_first_and_what_was_cut_off_is_never_shown(self):
        events = [changed(EVENT, id=f"{n:024x}", labels={"n": str(n)}, unix_ms=NOW + n // 4) for n in range(15)]
        for args, shown in (((), 10), (("--limit", "1"), 1), (("--limit", "3", "--json"), 3),
                            (("--since", "1h", "--limit", "2"), 2), (("--since", "1h"), 15)):
            self.server.asked.clear()
            pages = [events]

            def answer(asked):
                newest = pages[-1]
                pages.append([*newest, changed(EVENT, id=f"{99 + len(pages):024x}", labels={"n": str(99 + len(pages))},
                                               unix_ms=NOW + 10)])
                return 200, page(*newest[-int(self.queries()[-1]["limit"][0]):])
            self.answers[("GET", "/api/v1/events")] = answer
            process = self.follow(*args)
            lines = [process.stdout.readline().decode() for _ in range(shown + 2)]
            numbers = [re.search(r'n"?[:=]"(\d+)', line).group(1) for line in lines]
            self.assertEqual(numbers, [str(n) for n in (*range(15 - shown, 15), 100, 101)], args)
            process.kill()

    def test_a_limit_that_is_none_is_refused(self):
        for limit in ("0", "1001", "x", ""):
            self.refused("tail", "--limit", limit, words=[f'--limit "{limit}": must be a whole number from 1 to 1000'])

    def test_a_server_that_is_away_for_a_while_is_told_once_and_waited_for(self):
        def answer(asked):
            away = 1 < len(self.server.asked) < 5
            return (503, {"error": "busy"}) if away else (200, page(EVENT))
        self.answers[("GET", "/api/v1/events")] = answer
        process = self.follow("--json")
        self.assertEqual(json.loads(process.stdout.readline()), EVENT)
        wait_until(lambda: len(self.server.asked) > 6, "it has come back")
        process.kill()
        out, err = process.communicate(timeout=10)
        self.assertEqual((out, err), (b"", b"oneshotctl: status 503: busy; waiting for it\n"))

    def test_a_reader_that_leaves_ends_it(self):
        self.says("/api/v1/events", page(EVENT))
        process = self.follow("--since", "1h")
        process.stdout.readline()
        process.stdout.close()
        self.answers[("GET", "/api/v1/events")] = lambda asked: (200, page(
            changed(EVENT, id=f"{time.monotonic_ns():024x}")))
        self.assertNotEqual(process.wait(10), 0)


if __name__ == "__main__":
    runner.main()
