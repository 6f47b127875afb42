# SPDX-License-Identifier: MIT
"""docs/settings.md says of each key what the example config and src/settings say: its tables are made of both.

    python3 tests/lint/settings_page.py --write      makes them anew, after a key or its comment has changed

(That the example shows the built-in defaults is a unit test of settings/.)
"""

import re
import sys
import textwrap

import settings_keys
import tree

EXAMPLE = "config/oneshot-metrics-server.toml"
PAGE = "docs/settings.md"
BEGIN = "<!-- settings: made of the example config by tests/lint/settings_page.py --write -->"
END = "<!-- settings: end -->"
# Keys whose value in the example is no default, for the rest the code says that a section needs it.
DEFAULTS = {"webhooks.preset": '""'}
# Pages that say more about a key.
MORE = {
    "server.web_config_file": "tls.md", "server.max_memory_mib": "memory.md",
    "server.rights": "security.md#who-may-scrape",
    "listeners.address": "security.md#who-may-scrape", "listeners.mode": "unix-sockets.md",
    "clients.unix_user": "unix-sockets.md", "clients.token_sha256": "security.md#credentials",
    "clients.rights": "security.md#routes-and-rights",
    "events.use_explicit_timestamps": "timestamps.md", "events.max_labels": "prometheus.md#limits-for-labels",
    "events.idempotency_keys": "posting.md#a-post-that-may-be-repeated",
    "events.rate_limit": "operating.md#a-script-that-runs-away",
    "events.max_series_per_hour": "operating.md#a-script-that-runs-away",
    "events.counter_labels": "posting.md#counters-beside-the-events",
    "metrics.help": "posting.md#metrics-of-their-own",
    "events.repeats": "posting.md#equal-events", "scrapers.names": "prometheus.md#scraping",
    "scrapers.max": "operating.md#places-for-scrapers", "scrapers.trusted_proxies": "security.md#behind-a-proxy",
    "storage.path": "operating.md#restarts", "storage.sync": "operating.md#restarts",
    "storage.when_full": "operating.md#when-the-log-is-full", "confirm.url": "confirmation.md",
    "webhooks.preset": "webhooks.md",
}
_NO_KEY = re.compile(r"A line that begins with # and no blank is an example\.")
# What is code in a comment: pages, URLs, { tables }, key = value, [sections], "quoted words", /paths, names_like_this.
_CODE = re.compile(r'(?P<page>\bdocs/([a-z-]+\.md))|(?P<code>https?://\S*[\w\]]|\{ .*? \}'
                   r'|\b\w+ = (?:\[[^]]*\]|"[^"]*"|[\d.]+)'
                   r'|\["[^]]*\]|\[\](?!\w)|\[\w+(?:\.[^]\s]+)?\]|"[^"\s]*(?: [^"\s]*){0,3}"|\$\w+[\w./]*'
                   r'|(?<![\w/])/[\w?=&./-]*\w|--[\w.-]+|\b\w*[a-z]_[\w.]*\w\b'
                   r'|\b(?:server|events|scrapers|storage|listeners)\.\w+)')


class Row:
    """Keys that share a comment, each with its default."""

    def __init__(self, comment):
        self.comment, self.keys = comment, []


def sections(example):
    """[(title, comment, [Row])] of the example config; a section or a key behind a # without a blank counts."""
    found, comment = [], []
    for line in example.splitlines():
        if re.match(r"#(?!\[|\w+ = )", line):
            comment.append(line[1:].removeprefix(" "))
            continue
        line = line.removeprefix("#")
        if section := re.fullmatch(r"\[([\w.-]+)\]", line):
            found.append((section[1], comment, []))
            comment = []
        elif key := re.fullmatch(r"(\w+) = (.*)", line):
            if comment or not found[-1][2]:
                found[-1][2].append(Row(comment))
            found[-1][2][-1].keys.append((key[1], key[2]))
            comment = []
        elif not found:
            comment = []  # about the file
    return found


def marked_up(text):
    """A comment as Markdown: code in backquotes, pages linked, nothing that would be taken for a mark."""
    out, end = [], 0
    for match in _CODE.finditer(text):
        out.append(re.sub(r"([*<|\\]|(?<!\w)_|_(?!\w))", r"\\\1", text[end:match.start()]))
        out.append(f"[{match[2]}]({match[2]})" if match["page"] else f"`{match['code']}`".replace("|", "\\|"))
        end = match.end()
    out.append(re.sub(r"([*<|\\]|(?<!\w)_|_(?!\w))", r"\\\1", text[end:]))
    return "".join(out)


def cell(comment):
    """A comment in one line; its list of words becomes a list of clauses."""
    text, clauses, rest = [], [], []
    for line in comment:
        word = re.match(r'  ("\S*")  +(.*)', line)
        if word:
            clauses.append([word[1] + ":", word[2].strip()])
        elif clauses and line.startswith("   "):
            clauses[-1].append(line.strip())
        else:
            (rest if clauses else text).append(line.strip())
    listed = "; ".join(" ".join(clause) for clause in clauses)
    return marked_up(" ".join([*text, listed and listed + ".", *rest]).strip())


def paragraphs(comment):
    for part in "\n".join(comment).split("\n\n"):
        text = marked_up(_NO_KEY.sub("", part.replace("\n", " ")).strip())
        if text:
            yield textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def restart(keys):
    """The words for keys that a reload leaves as they were."""
    fixed = [key.name.split(".")[1] for key in keys if not key.live]
    if len(fixed) == len(keys):
        return " **Needs a restart.**"
    return "".join(f" **`{name}` needs a restart.**" for name in fixed)


def default(key, value):
    return "–" if key.needed else f"`{DEFAULTS.get(key.name, value)}`"


def table(title, rows, keys):
    """The lines of a section's table; keys that are not in src/settings, or the other way round, are an error."""
    kind, _, free = title.partition(".")
    yield "| key | default | allowed | meaning |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        known = [keys.pop(f"{kind}.{name}", None) for name, _ in row.keys]
        assert all(known), f"src/settings has no key [{kind}] {row.keys[0][0]}: is it new for settings_keys.py?"
        names = ", ".join(f"`{kind}{'.NAME' if free else ''}.{name}`" for name, _ in row.keys)
        more = MORE.get(known[0].name)
        meaning = cell(row.comment) + restart(known)
        if more and f"]({more})" not in meaning:
            meaning += f" See [{more.partition('.md')[0]}]({more})."
        yield (f"| {names} | {', '.join(default(key, value) for key, (_, value) in zip(known, row.keys))} "
               f"| {'; '.join(key.allowed for key in known)} | {meaning} |")


def made():
    """What is between the marks of the page."""
    keys = settings_keys.keys()
    out = [BEGIN]
    for title, comment, rows in sections(tree.read(EXAMPLE)):
        kind, _, free = title.partition(".")
        out += ["", f"## [{kind}{'.NAME' if free else ''}]", ""]
        for text in paragraphs(comment):
            out += [text, ""]
        out += table(title, rows, keys)
    assert not keys, f"{EXAMPLE} does not show {', '.join(keys)}"
    return "\n".join([*out, "", END])


def page():
    """The page as it should be."""
    text = tree.read(PAGE)
    before, after = text[:text.index(BEGIN)], text[text.index(END) + len(END):]
    return before + made() + after


def self_test():
    found = sections("# file\n\n[a]\n# b.\nb = 1\nc = 2\n\n# of e\n\n#[e.x]\n# f\n#f = 1\n#g = 2\n# h\n#h = 3\n")
    assert [(title, comment, [row.keys for row in rows]) for title, comment, rows in found] == [
        ("a", [], [[("b", "1"), ("c", "2")]]), ("e.x", ["of e"], [[("f", "1"), ("g", "2")], [("h", "3")]])], found
    listed = ["One:", '  "a"  first', "        line", '  "b"  x*y', "No."]
    assert cell(listed) == 'One: `"a"`: first line; `"b"`: x\\*y. No.'
    assert marked_up('max_events = 3 or "x|y", see docs/a.md, _total') == (
        '`max_events = 3` or `"x\\|y"`, see [a.md](a.md), \\_total')


def main():
    self_test()
    right = page()
    if "--write" in sys.argv[1:]:
        with open(f"{tree.ROOT}/{PAGE}", "w", encoding="utf-8") as file:
            file.write(right)
    keys = len(settings_keys.keys())
    findings = [] if tree.read(PAGE) == right else [f"{PAGE} is not what the config says: run {sys.argv[0]} --write"]
    tree.verdict(findings, keys)


main()
