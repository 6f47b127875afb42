# SPDX-License-Identifier: MIT
"""Who posts: four threads, to all replicas in turn. What was not answered 200 is posted again under the same
Idempotency-Key, so that it is stored once even where it had been stored before."""

import collections
import http.client
import threading
import time
import urllib.error
import urllib.parse

from processes import request

POSTERS = 4
EVERY = 0.2   # seconds from an event of a poster to its next
AGAIN = 0.5   # seconds to the next try, at another replica


class Posting:
    def __init__(self, replicas):
        self._urls = [replica.url for replica in replicas]
        self._lock, self._stop = threading.Lock(), threading.Event()
        self.stored = set()                  # ids that were answered 200
        self.again = collections.Counter()   # why something was posted again: times
        self.wrong = None                    # an answer that no cluster gives
        self._threads = [threading.Thread(target=self._post_all, args=[number], daemon=True)
                         for number in range(POSTERS)]

    def begin(self):
        for thread in self._threads:
            thread.start()

    def finish(self, seconds=30):
        """Until each event that was begun is answered 200."""
        self._stop.set()
        for thread in self._threads:
            thread.join(seconds)
            if thread.is_alive():
                raise SystemExit(f"demo: an event was not answered 200 within {seconds} s")
        self.check()

    def check(self):
        if self.wrong:
            raise SystemExit(f"demo: a POST was answered {self.wrong}")

    def _post_all(self, poster):
        number = 0
        while not self._stop.wait(EVERY) and not self.wrong:
            number += 1
            self._post(f"{poster}-{number}", poster + number)

    def _post(self, name, turn):
        while not self.wrong:
            why = self._try(self._urls[turn % len(self._urls)], name)
            with self._lock:
                if why is None:
                    self.stored.add(name)
                    return
                self.again[why] += 1
            turn += 1
            time.sleep(AGAIN)

    def _try(self, url, name):
        """None once it is stored, else why it has to be tried again."""
        try:
            body = urllib.parse.urlencode({"type": "demo", "id": name}).encode()
            request(f"{url}/event", body, {"Idempotency-Key": name}, seconds=20)
        except urllib.error.HTTPError as answer:
            if answer.code not in (503, 504):
                self.wrong = f"{answer.code}: {answer.read().decode(errors='replace')}"
            return f"{answer.code}"
        except (OSError, http.client.HTTPException):
            return "no answer"  # killed in the midst of it, or not yet there again
        return None
