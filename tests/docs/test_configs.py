# SPDX-License-Identifier: MIT
"""Each block of TOML on a page is settings that the server takes; each scrape config there is one that promtool takes.
docs/tls.md and docs/senders are done whole, by other tests."""

import os
import re
import secrets
import subprocess
import tempfile
import unittest

from docs.test_commands import pages
from harness import programs, runner
from harness.server import environment


WEB_CONFIG = "basic_auth_users:\n  prom-a: $2y$10$abcdefghijklmnopqrstuu4SuEsu2LsUrAYUpWQHLMMc4GV5pZTxK\n"


def blocks(language):
    """(place, text) of each block of that language."""
    for path, text in pages():
        if path.startswith(("docs/senders", "docs/tls.md", "tests")):
            continue
        for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 2}", match[1]


def usable_secrets(text):
    """Digests and hashes that a reader may copy with the lines around them: who guesses what they are of is let in."""
    return re.findall(r"""token_sha256\s*[:=]\s*["']?[0-9A-Fa-f]{64}|[$]2[aby][$][0-9]{2}[$][./A-Za-z0-9]{53}""", text)


def with_files(text, folder):
    """The text with each file that it names made in the folder, with our own user, and digests where it has dots."""
    def made(match):
        path = os.path.join(folder, os.path.basename(match[2]))
        with open(path, "w", encoding="ascii") as file:
            file.write(WEB_CONFIG if match[1] == "web_config_file" else "secret\n")
        return f'{match[1]} = "{path}"'
    # Users of this machine are not those of the page.
    text = re.sub(r'unix_user = "[^"]+"', f'unix_user = "{os.getuid()}"', text)
    text = text.replace('token_sha256 = "…"', f'token_sha256 = "{secrets.token_hex(32)}"')
    return re.sub(r'(\w+_file) = "([^"]+)"', made, text)


class Configs(unittest.TestCase):
    def test_are_settings_that_the_server_takes(self):
        programs.need_tls()
        found = list(blocks("toml"))
        self.assertGreater(len(found), 10)
        for place, text in found:
            if "[cluster]" in text and not os.access(programs.server_binary() + "-cluster", os.X_OK):
                continue  # built without libnats: a cluster is refused
            with self.subTest(place), tempfile.TemporaryDirectory() as folder:
                config = os.path.join(folder, "config.toml")
                with open(config, "w", encoding="utf-8") as file:
                    file.write(with_files(text, folder))
                ran = subprocess.run([programs.server_binary(), "--config", config, "--check-config"], text=True,
                                     env=environment({"CREDENTIALS_DIRECTORY": folder}), capture_output=True,
                                     check=False)
                self.assertEqual(ran.returncode, 0, f"{place}\n{text}\n{ran.stderr}")

    def test_have_no_secret_that_works_where_it_is_copied(self):
        """docs/tls.md is done as it stands, says of which password its hash is, and to put another one in its place."""
        found = {path: usable_secrets(text) for path, text in pages() if not path.startswith("tests")}
        for folder in ("config", "packaging"):
            for place, _, names in os.walk(os.path.join(programs.ROOT, folder)):
                for name in names:
                    with open(os.path.join(place, name), encoding="utf-8", errors="replace") as file:
                        found[os.path.relpath(os.path.join(place, name), programs.ROOT)] = usable_secrets(file.read())
        self.assertEqual({path: secret for path, secret in found.items() if secret and path != "docs/tls.md"}, {})
        self.assertEqual(len(found["docs/tls.md"]), 1)

    def test_of_prometheus_are_configs_that_promtool_takes(self):
        program = programs.need("promtool", "ONESHOT_PROMTOOL")
        for place, text in blocks("yaml"):
            if not text.startswith("scrape_configs:"):
                continue
            with self.subTest(place), tempfile.TemporaryDirectory() as folder:
                config = os.path.join(folder, "prometheus.yml")
                with open(config, "w", encoding="utf-8") as file:
                    file.write(text)
                ran = subprocess.run([program, "check", "config", "--syntax-only", config], capture_output=True,
                                     text=True, check=False)
                self.assertEqual(ran.returncode, 0, f"{place}\n{ran.stdout}{ran.stderr}")


if __name__ == "__main__":
    runner.main()
