# SPDX-License-Identifier: MIT
"""TLS and tokens, with files that the service's user could not read by itself: the lines that the unit names."""

import contextlib
import os
import re
import shutil
import ssl
import tempfile

from harness.certificates import Authority
from harness.remote import Remote
from harness.waiting import wait_until
from systemd import machine
from systemd.machine import CONFIG, NAME, PORT, run, show, systemctl

FOLDER = f"/etc/{NAME}"
UNIT = f"/usr/lib/systemd/system/{NAME}.service"
TOKEN = "0123456789abcdef"
CREDENTIALS = "$CREDENTIALS_DIRECTORY"
SOON = 3  # seconds until a renewed certificate is served


def lines_of_unit(word):
    """Those that the unit has as examples."""
    with open(UNIT, encoding="utf-8") as file:
        found = re.findall(rf"(?m)^#({word}=.*)$", file.read())
    assert found, word
    return "[Service]\n" + "\n".join(found) + "\n"


def write(path, text, mode=0o600, group="root"):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path + ".new", mode)
    shutil.chown(path + ".new", group=group)
    os.rename(path + ".new", path)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


@contextlib.contextmanager
def configured(folder):
    """Server and client as the files in `folder` say; the service itself is left to the test."""
    web = f"tls_server_config:\n  cert_file: {folder}/tls.crt\n  key_file: {folder}/tls.key\n"
    write(f"{FOLDER}/web-config.yml", web, 0o644)
    with open(CONFIG, encoding="utf-8") as file:
        before = file.read()
    rights = 'rights = ["post", "scrape"]\n'
    try:
        with machine.other_config(web_config_file=f"{FOLDER}/web-config.yml"):
            with open(CONFIG, "a", encoding="utf-8") as file:
                file.write(f'\n[clients.ci]\ntoken_file = "{folder}/ci-token"\n{rights}')
            yield
    finally:
        with open(CONFIG, "w", encoding="utf-8") as file:
            file.write(before)
        systemctl("restart")
        for name in ("web-config.yml", "tls.crt", "tls.key", "ci-token"):
            os.unlink(f"{FOLDER}/{name}")


def give(pair, **how):
    """As a renewal does."""
    write(f"{FOLDER}/tls.key", read(pair.key), **how)
    write(f"{FOLDER}/tls.crt", read(pair.certificate), **how)


def served(authority):
    """The certificate that a new connection is shown."""
    connection = Remote(PORT)
    connection.tls = authority.trusted_by()
    with connection.connect() as opened:
        return ssl.DER_cert_to_PEM_cert(opened.tls.getpeercert(binary_form=True)).strip()


def takes_an_event_of_its_client(authority):
    event = ("curl", "-sS", "--cacert", authority.certificate, "-d", "type=deploy", f"https://localhost:{PORT}/event")
    assert "needs credentials" in run(*event)
    run(*event, "--fail-with-body", "-H", f"Authorization: Bearer {TOKEN}")


def serves_what_systemd_hands_it_and_a_renewed_certificate_after_a_restart(deb):
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        first, second = authority.issue("first"), authority.issue("second")
        give(first)
        os.rename(f"{FOLDER}/tls.crt", f"{FOLDER}/archived.crt")
        os.symlink("archived.crt", f"{FOLDER}/tls.crt")  # as in certbot's folder "live"
        write(f"{FOLDER}/ci-token", TOKEN + "\n")
        with machine.drop_in(lines_of_unit("LoadCredential")), configured(CREDENTIALS):
            systemctl("restart")
            assert served(authority) == read(first.certificate).strip()
            takes_an_event_of_its_client(authority)
            give(second)
            systemctl("restart")
            assert served(authority) == read(second.certificate).strip()
            assert show("NRestarts") == "0"
            os.unlink(f"{FOLDER}/archived.crt")
            systemctl("reload")  # whose second command reads the credentials too


def reads_files_of_a_group_and_a_renewed_certificate_at_once(deb):
    run("groupadd", "--force", "--system", "ssl-cert")
    how = {"mode": 0o640, "group": "ssl-cert"}
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        first, second = authority.issue("first"), authority.issue("second")
        give(first, **how)
        write(f"{FOLDER}/ci-token", TOKEN + "\n", **how)
        with machine.drop_in(lines_of_unit("SupplementaryGroups")), configured(FOLDER):
            systemctl("restart")
            pid = machine.main_pid()
            assert served(authority) == read(first.certificate).strip()
            takes_an_event_of_its_client(authority)
            give(second, **how)
            wanted = read(second.certificate).strip()
            wait_until(lambda: served(authority) == wanted, "the renewed certificate is served", SOON, 0.1)
            assert machine.main_pid() == pid
            shown = run(f"/usr/bin/{NAME}", "--config", CONFIG, "--print-config")
            assert "ci-token" in shown
            assert TOKEN not in shown + "".join(str(entry) for entry in machine.journal())
