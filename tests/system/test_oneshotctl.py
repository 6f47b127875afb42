# SPDX-License-Identifier: MIT
"""oneshotctl: its help, its manual page, what shells complete, and tokens that the server takes."""

import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time

from harness import programs, runner
from harness.oneshotctl import Case, program, run
from harness.server import Server
from harness.waiting import wait_until

MAN_PAGE = os.path.join(programs.ROOT, "packaging", "man", "oneshotctl.1")


def rows(text, heading):
    """The first word of each row below a heading of a help."""
    block = text.partition(heading + "\n")[2].partition("\n\n")[0]
    return [re.match(r"  (?:-\w, )?(\S+)", line).group(1) for line in block.splitlines()]


def commands():
    return rows(run("--help").out, "Usage: oneshotctl COMMAND [ARGUMENT]...\n")


class Help(Case):
    def test_each_command_has_a_help_with_its_options_and_an_example(self):
        self.assertIn("post", commands())
        for command in commands():
            text = self.done(command, "--help")
            self.assertRegex(text, rf"^Usage: oneshotctl {command}\b")
            self.assertIn("--help", rows(text, "Options:"))
            self.assertRegex(text, rf"Example:\n  .*oneshotctl {command}\b")
            for line in text.splitlines():
                self.assertLessEqual(len(line), 110, line)

    def test_the_manual_page_has_each_command_and_each_option(self):
        with open(MAN_PAGE, encoding="utf-8") as file:
            page = file.read().replace("\\-", "-").replace("\\ ", " ")
        for command in commands():
            self.assertRegex(page, rf"(?m)^\.SS {command}$", command)
            for option in rows(self.done(command, "--help"), "Options:"):
                self.assertIn(option, page, command)
        sections = set(re.findall(r"(?m)^\.SS (\S+)$", page))
        self.assertEqual(sections, set(commands()), "the page has commands that there are not")

    def test_the_page_in_docs_has_a_row_for_each_command(self):
        with open(os.path.join(programs.ROOT, "docs", "oneshotctl.md"), encoding="utf-8") as file:
            listed = re.findall(r"(?m)^\| \[?`([a-z-]+)`(?:\]\(#[a-z]+\))? \|", file.read())
        self.assertEqual(listed, commands())

    def test_without_a_command_the_help_goes_to_standard_error(self):
        done = run()
        self.assertEqual((done.status, done.out), (2, ""))
        self.assertIn("a command must follow", done.err)
        self.assertIn("oneshotctl post type=deploy", done.err)

    def test_version_and_help_in_both_forms(self):
        for option in ("--help", "-h"):
            self.assertIn("Usage: oneshotctl COMMAND", self.done(option))
        for option in ("--version", "-V"):
            self.assertRegex(self.done("token", option), r"^oneshotctl \d+\.\d+\.\d+\n$")

    def test_help_is_a_command_too(self):
        self.assertEqual(self.done("help"), self.done("--help"))
        self.assertEqual(self.done("help", "post"), self.done("post", "--help"))
        self.refused("help", "xyzzy", words=["unknown command xyzzy"])

    def test_wrong_usage_is_told_in_one_line(self):
        self.refused("tokne", words=["unknown command tokne", "did you mean token?"])
        self.refused("xyzzy", words=["unknown command xyzzy", "--help lists"])
        self.refused("post", "--vaule", "3", words=["unknown option --vaule", "did you mean --value?"])
        self.refused("post", "a=b", "--value", words=["--value needs a value"])
        self.refused("post", "--json=yes", "a=b", words=["--json takes no value"])
        self.refused("token", "--value", "3", words=["token takes no --value", "token --help"])
        self.refused("post", "a=b", "--", "x", words=["post takes nothing behind --"])

    def test_where_the_server_is_must_make_sense(self):
        for url in ("localhost:8090", "ftp://a", "http://a b", "http://a/?x"):
            self.refused("post", "a=b", "--url", url, words=["--url", "must be http://HOST[:PORT]"])
        self.refused("post", "a=b", env={"ONESHOT_URL": "localhost"}, words=['ONESHOT_URL "localhost"'])
        self.refused("post", "a=b", "--timeout", "soon", words=['--timeout "soon": must be seconds'])
        self.refused("post", "a=b", "--token-file", "/none", words=["--token-file /none: cannot be read: No such file"])
        self.refused("post", "a=b", "--user", "me", words=["--user and --password-file go together"])

    def test_a_url_is_the_server_and_no_page_of_it(self):
        for page in ("/event", "/metrics", "/ui", "/api/v1", "/api/v1/events", "/sub/event"):
            server = "http://host:8090" + ("/sub" if page.startswith("/sub") else "")
            page = page.removeprefix("/sub")
            self.refused("post", "a=b", "--url", server + page, words=[f"without {page}: write {server}\n"])
            self.refused("post", "a=b", env={"ONESHOT_URL": server + page + "/"}, words=["ONESHOT_URL", page])

    def test_an_empty_option_is_no_option(self):
        for option in ("--url", "--unix-socket", "--cacert", "--cert", "--key"):
            self.refused("post", "a=b", option, "", env={"ONESHOT_URL": "http://127.0.0.1:1"},
                         words=[f"{option} is empty"])
        self.refused("post", "a=b", "--token-file", "", words=["--token-file", "cannot be read"])

    def test_a_password_in_a_url_is_not_repeated(self):
        for url in ("http://bob:geheim@h:8090", "bob:geheim@h:8090", "ftp://bob:geheim@h", "http://bob:ge heim@h"):
            self.assertNotIn("heim", self.refused("post", "a=b", "--url", url, words=["--url"]))

    def test_certificates_are_read_before_the_first_try(self):
        with tempfile.TemporaryDirectory() as folder:
            def write(name, text):
                path = os.path.join(folder, name)
                with open(path, "w", encoding="ascii") as file:
                    file.write(text)
                return path
            certificate = write("c", "-----BEGIN CERTIFICATE-----\n")
            key = write("k", "-----BEGIN PRIVATE KEY-----\n")
            both, other = write("b", "-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\n"), write("o", "x")
            for args, words in (
                    (["--cacert", "/none"], ["--cacert /none: cannot be read: No such file"]),
                    (["--cacert", other], ["--cacert", "holds nothing in PEM"]),
                    (["--cacert", folder], ["--cacert", "must be a file"]),
                    (["--cert", "/none", "--key", key], ["--cert /none: cannot be read"]),
                    (["--cert", certificate, "--key", "/none"], ["--key /none: cannot be read"]),
                    (["--cert", certificate], ["--cert", "has no key in it: name that after --key"]),
                    (["--key", key], ["--key goes with --cert"])):
                began = time.monotonic()
                self.refused("post", "a=b", "--url", "https://127.0.0.1:1", *args, words=words)
                self.refused("run", *args, "--", "true", words=words)
                self.assertLess(time.monotonic() - began, 5)
            self.failed("post", "a=b", "--url", "https://127.0.0.1:1", "--retry-seconds", "0", "--cert", both)


class Completion(Case):
    """A shell sources the script, and is asked what it would offer."""

    def bash(self, *words):
        script = (f'source <("{program()}" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _oneshotctl; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run([programs.need("bash"), "--norc", "-c", script, "bash", "oneshotctl", *words],
                              capture_output=True, check=True, timeout=20)
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode().split()

    def test_bash_completes_commands_options_words_and_files(self):
        self.assertEqual(set(self.bash("")), {*commands(), "--help", "--version"})
        self.assertEqual(self.bash("comp"), ["completion"])
        self.assertEqual(self.bash("completion", ""), ["bash", "zsh", "fish", "--help", "--version"])
        self.assertEqual(self.bash("post", "--retry"), ["--retry-seconds"])
        self.assertEqual(self.bash("post", "a=b", "--to"), ["--token-file"])
        self.assertEqual(self.bash("post", "--cacert", MAN_PAGE[:-3]), [MAN_PAGE])
        self.assertEqual(self.bash("post", "--value", ""), [])

    def test_each_command_is_completed_with_all_of_its_options(self):
        for command in commands():
            options = rows(self.done(command, "--help"), "Options:")
            self.assertLessEqual(set(options), set(self.bash(command, "-")), command)

    def check(self, shell):
        """Its script is one that the shell itself can read, and names every command."""
        script = self.done("completion", shell)
        for command in commands():
            self.assertIn(command, script)
        done = subprocess.run([programs.need(shell), "-n", "/dev/stdin"], input=script.encode(), capture_output=True,
                              check=False, timeout=20)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_zsh_can_read_its_script(self):
        self.check("zsh")

    def test_fish_can_read_its_script(self):
        self.check("fish")

    def test_another_shell_is_refused_with_those_that_there_are(self):
        for words in ([], ["tcsh"], ["bash", "zsh"]):
            self.refused("completion", *words, words=["bash, zsh or fish"])


class Token(Case):
    def server(self, text):
        """One whose config file ends with this text, as somebody pasted it."""
        server = Server()
        self.addCleanup(server.stop)
        with open(server.config, "a", encoding="utf-8") as config:
            config.write(text)
        server.signal(signal.SIGHUP)
        wait_until(lambda: any(l["msg"] == "reloaded" for l in server.log_lines()), "it is read again")
        return server

    def test_a_server_lets_in_who_shows_the_new_token(self):
        for name in ("ci", "build.eu-1"):
            shown = self.done("token", "new", name)
            token = re.search(r"Authorization: Bearer ([0-9a-f]{64})\n", shown).group(1)
            credentials = [("Authorization", f"Bearer {token}")]
            server = self.server(shown)
            self.assertEqual(server.post("/event?type=x").status, 401)
            self.assertEqual(server.post("/event?type=x", headers=credentials).status, 200)
            self.assertEqual(server.get("/metrics?peek=1", headers=credentials).status, 403)

    def test_the_client_without_credentials_has_no_token(self):
        self.refused("token", "new", "anonymous", words=["anonymous is whoever shows no credentials", "another name"])

    def test_no_two_tokens_are_the_same_and_each_comes_with_its_hash(self):
        made = [json.loads(self.done("token", "new", "--json")) for _ in range(20)]
        self.assertEqual(len({one["token"] for one in made}), 20)
        for one in made:
            self.assertEqual(one["token_sha256"], hashlib.sha256(one["token"].encode()).hexdigest())

    def test_the_hash_of_a_token_that_is_there_already(self):
        for said in (b"s3cret", b"s3cret\n", b"s3cret\r\n", b"a+b/c=="):
            expected = hashlib.sha256(said.strip()).hexdigest()
            self.assertEqual(self.done("token", "hash", said=said), expected + "\n")

    def test_what_is_no_token_has_no_hash_here_and_is_not_repeated(self):
        for said in (b"", b"\n", b"two words", b"a\nb\n", "schlüssel".encode(), b"a" + b"=a", b"\0"):
            self.refused("token", "hash", said=said, words=["standard input must be"])
        self.assertNotIn("two", run("token", "hash", said=b"two words").err)
        self.refused("token", "hash", "s3cret", words=["on standard input"])

    def test_wrong_usage_is_told_in_one_line(self):
        self.refused("token", words=["new or hash"])
        self.refused("token", "make", words=["token make", "token new"])
        self.refused("token", "new", "a", "b", words=["one name"])
        self.refused("token", "new", "a b", words=["letters, digits"])
        self.refused("token", "new", "a" * 65, words=["1 to 64"])
        self.refused("token", "new", "--color", words=["unknown option --color"])


if __name__ == "__main__":
    runner.main()
