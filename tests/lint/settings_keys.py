# SPDX-License-Identifier: MIT
"""What src/settings says about each key: which values are allowed, and whether a reload takes it over."""

import math
import re

import tree

FIXED = "src/settings/keys/keys.cpp"
NAMED = ("src/settings/keys/named_keys.cpp", "src/settings/keys/client_keys.cpp", "src/settings/keys/webhook_keys.cpp")

# What a check in C++ allows, in words; for all else the code itself has the bounds or the words.
IN_WORDS = {
    "cluster.servers": "`nats://HOST:PORT`, `tls://HOST:PORT`", "cluster.name": "1 to 64 letters, digits, `-` and `_`",
    "cluster.replica": '`""`, letters, digits, `-` and `_`', "cluster.credentials_file": '`""`, a file',
    "cluster.user": "text", "cluster.password_file": '`""`, a file', "cluster.tls_ca_file": '`""`, a file',
    "cluster.tls_cert_file": '`""`, a file', "cluster.tls_key_file": '`""`, a file',
    "server.host": "address or host name", "server.allowed_hosts": "host names, addresses",
    "server.web_config_file": '`""`, a file, `"$CREDENTIALS_DIRECTORY/web.yml"`',
    "events.metric": "metric name of 1 to 200 characters", "events.plain_labels": '`"time"`, `"timestamp"`, `"ttl"`',
    "events.counter_labels": "up to 8 label names", "scrapers.names": "names", "scrapers.allow": "addresses, networks",
    "scrapers.trusted_proxies": "addresses, networks", "scrapers.forwarded_header": "a header's name",
    "storage.path": '`""`, a file',
    "listeners.address": '`"127.0.0.1:8091"`, `"[::1]:8091"`, `":8091"`, `"unix:/run/x/post.sock"`',
    "listeners.tls": "true, false", "listeners.mode": '`""`, `"0660"`, `"0666"`', "listeners.group": "name of a group",
    "clients.unix_user": "name or number of a user",
    "clients.token_sha256": "64 hexadecimal digits", "clients.password_bcrypt": "bcrypt hash, cost 4 to 20",
    "clients.token_file": '`""`, a file, `"$CREDENTIALS_DIRECTORY/ci"`',
    "clients.certificate_san": "DNS, e-mail, IP or URI name",
    "clients.scraper": "1 to 128 letters, digits, `_ . : -`", "clients.labels": "name = text",
    "clients.metrics": "names of metrics",
    "metrics.help": "one line, 1000 bytes", "metrics.counter_labels": "up to 8 label names",
    "confirm.url": "`http://HOST[:PORT][/PREFIX]`", "confirm.header_file": '`""`, a file',
    "webhooks.preset": '`""`, one of [these](webhooks.md)', "webhooks.secret_file": '`""`, a file',
    "webhooks.signature": '`""`, `"hmac-sha256:HEADER"`, `"token:HEADER"`', "webhooks.each": "JSON pointer",
    "webhooks.when": "pointer or template = texts", "webhooks.metric": "template", "webhooks.value": "template",
    "webhooks.time": "template", "webhooks.id": "template", "webhooks.labels_from": "JSON pointers",
    "webhooks.labels": "name = template",
}
_RIGHTS = '`"post"`, `"scrape"`, `"view"`, `"admin"`'
_DAY = "86400"
# at_start(whole_number("server", "port", 0, 65535,    of a fixed section;   whole_number(kind, "rate_limit", 0,    else
_ROW = re.compile(r'(at_start\()?\b(text|whole_number|mebibytes|limit|duration|flag|choice|list|rights)\(\s*'
                  r'(?:"(\w+)"|kind),\s*"(\w+)"\s*,?\s*')
_SECRET = re.compile(r'()\b(secret)()\("(\w+)", ')
_BARE = re.compile(r'return \{(?:"(\w+)"|kind), "(\w+)",')  # a key with a setter of its own


class Key:
    """name: "section.key"; allowed: in Markdown; live: whether a reload takes it over; needed: in each section."""

    def __init__(self, section, name, allowed, live):
        self.name, self.allowed, self.live, self.needed = f"{section}.{name}", allowed, live, False


def _number(text):
    """A bound of the code as people write it: 1'000'000, 365 * day."""
    plain = text.replace("'", "").replace("day", _DAY).strip()
    return plain if "*" not in plain else str(math.prod(int(factor) for factor in plain.split("*")))


def _bounds(numbers, zero):
    low, high = map(_number, numbers)
    return f"0, {low} to {high}" if zero and low != "1" else f"0 to {high}" if zero else f"{low} to {high}"


def _allowed(section, name, kind, rest):
    if kind in ("whole_number", "mebibytes", "limit", "duration"):
        return _bounds(rest.split(",")[:2], kind == "limit")
    if kind == "flag":
        return "true, false"
    if kind == "rights":
        return _RIGHTS
    if kind == "choice":
        words = rest[:rest.index("})")]
        return ", ".join(f'`"{word}"`' for word in re.findall(r'\{"(\w*)",', words))
    return _in_words(f"{section}.{name}")


def _in_words(name):
    assert name in IN_WORDS, f"IN_WORDS in tests/lint/settings_keys.py does not say what {name} may be"
    return IN_WORDS[name]


def _rows(text, kind):
    for match in [*_ROW.finditer(text), *_SECRET.finditer(text)]:
        section = match[3] or kind
        yield Key(section, match[4], _allowed(section, match[4], match[2], text[match.end():]), not match[1])
    for match in _BARE.finditer(text):
        section = match[1] or kind
        yield Key(section, match[2], _in_words(f"{section}.{match[2]}"), True)


def keys():
    """{"section.key": Key} of all of them."""
    found, fixed, needed = list(_rows(tree.read(FIXED), None)), set(), set()
    for path in NAMED:
        text = tree.read(path)
        # The kind of section stands before its keys; a file has one or several.
        for part in re.split(r'(?=constexpr std::string_view kind = ")', text)[1:]:
            kind = re.match(r'constexpr std::string_view kind = "(\w+)"', part)[1]
            found += _rows(part, kind)
            fixed |= {kind} if "sections.live = false" in part else set()
            needed |= {f"{kind}.{name}" for name in re.findall(r'\{"(\w+)", "needs ', part)}
    for key in found:
        key.live = key.live and key.name.split(".")[0] not in fixed
        key.needed = key.name in needed
    return {key.name: key for key in found}
