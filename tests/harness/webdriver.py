# SPDX-License-Identifier: MIT
"""A real Chromium that a test drives: WebDriver (https://www.w3.org/TR/webdriver2/) by plain HTTP, and what Chromium
adds to that. Nothing of it leaves this machine: all names lead to 127.0.0.1."""

import base64
import http.client
import json
import os
import re
import subprocess
import tempfile
import unittest

from . import programs
from .waiting import wait_until

ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--lang=en-US",
             "--host-resolver-rules=MAP * 127.0.0.1")
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "End": "\ue010", "Home": "\ue011", "Left": "\ue012",
        "Right": "\ue014"}


class Browser:
    """Use as a context manager. Skips the test where Chromium or its driver is missing."""

    def __init__(self):
        self.chromium = programs.need("chromium", "ONESHOT_CHROMIUM")
        driver = programs.need("chromedriver", "ONESHOT_CHROMEDRIVER")
        self.folder = tempfile.TemporaryDirectory(prefix="oneshot-chromium-")
        self.session = None
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, env={**os.environ, "HOME": self.folder.name})
        try:
            self.port = self._port()
            self.session = self._begin()
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            if found := re.search(r"successfully on port (\d+)", line):
                return int(found.group(1))
        raise AssertionError("chromedriver names no port")

    def _begin(self):
        options = {"binary": self.chromium, "args": [*ARGUMENTS, f"--user-data-dir={self.folder.name}/profile"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        return self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.session:
            self._ask("DELETE", f"/session/{self.session}")
            self.session = None
        self.driver.terminate()
        self.driver.wait(10)
        self.driver.stdout.close()
        self.folder.cleanup()

    def _ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, json.dumps(body) if body is not None else None)
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{path}: {value['error']}: {value['message']}")
        return value

    def _do(self, command, body):
        return self._ask("POST", f"/session/{self.session}/{command}", body)

    # -- what a user does ----------------------------------------------------------------------------------

    def open(self, url):
        self._do("url", {"url": url})

    def press(self, *keys):
        """Names of KEYS, or single characters."""
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._do("actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def type(self, selector, text):
        """Into a field, over what stands there."""
        self.run("const field = document.querySelector(arguments[0]); field.focus(); field.select()", selector)
        self.press(*text)

    def drag(self, selector, begin, end):
        """From one part of an element's width to another one."""
        x, y, width, height = self.run(
            "const r = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [r.x, r.y, r.width, r.height]", selector)
        at = [{"type": "pointerMove", "duration": 0, "x": round(x + part * width), "y": round(y + height / 4)}
              for part in (begin, (begin + end) / 2, end)]
        moves = [at[0], {"type": "pointerDown", "button": 0}, *at[1:], {"type": "pointerUp", "button": 0}]
        self._do("actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": moves}]})

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).click()", selector)

    def look(self, width=1280, height=900, scheme="light"):
        self.command("Emulation.setDeviceMetricsOverride",
                     width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    # -- what a test sees ----------------------------------------------------------------------------------

    def run(self, script, *arguments):
        return self._do("execute/sync", {"script": script, "args": arguments})

    def run_until_told(self, script, *arguments):
        """What the script gives to the function that is its last argument."""
        return self._do("execute/async", {"script": script, "args": arguments})

    def command(self, name, **parameters):
        """Of Chromium's own protocol."""
        return self._do("goog/cdp/execute", {"cmd": name, "params": parameters})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def wait_for(self, script, *arguments, seconds=10.0):
        """Until the script gives something that counts as true."""
        return wait_until(lambda: self.run(script, *arguments), f"never true: {script}", seconds)

    def console(self):
        """What was written there since the last call: complaints of the browser, too."""
        return [entry["message"] for entry in self._do("se/log", {"type": "browser"})]

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._ask("GET", f"/session/{self.session}/screenshot")))


class WithBrowser(unittest.TestCase):
    """One browser for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
