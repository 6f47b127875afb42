# SPDX-License-Identifier: MIT
"""One folder of src/ is one floor: it may include only what this table says, and nothing runs upward or in circles."""

import os
import re

import tree

# The same lines stand as `dependencies:` in src/*/meson.build.
MAY_INCLUDE = {
    "base": set(),
    "exposition": {"base"},
    "settings": {"base"},
    "http": {"base"},
    "event": {"base", "exposition"},
    "queue": {"base", "event"},
    "app": {"base", "event", "exposition", "http", "settings", "queue"},
    "net": {"base", "http", "settings"},
    "service": {"base", "exposition", "settings", "http", "event", "queue", "app", "net"},
}
ASIO_IS_AT_HOME = {"net", "service"}
MAY_BE_AWAITED = {"http", "queue", "app"}  # these name asio::awaitable as what a function returns, and nothing else
LLHTTP = {"src/http/parser.cpp"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(text):
    """(line, quote, path) of each include directive outside comments."""
    for match in INCLUDE.finditer(re.sub(r"/\*.*?\*/", lambda c: "\n" * c.group().count("\n"), text, flags=re.DOTALL)):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def objection(path, quote, target):
    """Why the file `path` may not include `target`, or None."""
    folder = path.split("/")[1]
    first = target.split("/")[0]
    if quote == '"':
        if first not in MAY_INCLUDE:
            return f'"{target}" is not relative to src/'
        if first != folder and first not in MAY_INCLUDE[folder]:
            return f"{folder}/ may include {', '.join(sorted(MAY_INCLUDE[folder])) or 'nothing'}, not {first}/"
        if not any(os.path.exists(os.path.join(tree.ROOT, "src", target + end)) for end in ("", ".in")):
            return f'"{target}" does not exist'
    elif first in MAY_INCLUDE:
        return f'own headers are included with quotes: "{target}"'
    elif target == "asio.hpp":
        return "<asio.hpp> is everything of Asio; include the header that is needed"
    elif first == "asio" and folder not in ASIO_IS_AT_HOME:
        if folder not in MAY_BE_AWAITED or target != "asio/awaitable.hpp":
            return f"<{target}> belongs to net/ (http/, queue/ and app/ may name <asio/awaitable.hpp>)"
    elif target.startswith("llhttp") and path not in LLHTTP:
        return f"<{target}> belongs to {', '.join(LLHTTP)} alone"
    elif first in ("toml.hpp", "toml++") and folder != "settings":
        return f"<{target}> belongs to one file of settings/"
    return None


def circles(edges):
    """Every way round in a graph {node: {next nodes}}, each once."""
    found, done = [], set()

    def walk(node, way):
        if node in way:
            found.append(way[way.index(node):] + [node])
        elif node not in done:
            for following in sorted(edges.get(node, ())):
                walk(following, way + [node])
            done.add(node)

    for node in sorted(edges):
        walk(node, [])
    return found


def self_test():
    for path, quote, target in [("src/base/a.cpp", '"', "event/event.hpp"), ("src/queue/a.hpp", '"', "http/reply.hpp"),
                                ("src/net/a.cpp", '"', "app/router.hpp"), ("src/app/a.hpp", "<", "asio/post.hpp"),
                                ("src/event/a.hpp", "<", "asio/awaitable.hpp"), ("src/net/a.hpp", "<", "llhttp.h"),
                                ("src/net/a.hpp", "<", "asio.hpp"), ("src/app/a.hpp", "<", "toml++/toml.h"),
                                ("src/app/a.hpp", '"', "router.hpp"), ("src/app/a.hpp", "<", "http/reply.hpp")]:
        assert objection(path, quote, target), (path, target)
    for path, quote, target in [("src/net/a.cpp", "<", "asio/post.hpp"), ("src/http/parser.cpp", "<", "llhttp.h"),
                                ("src/http/a.hpp", "<", "asio/awaitable.hpp"), ("src/base/a.cpp", "<", "vector")]:
        assert objection(path, quote, target) is None, (path, target)
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c", "b"]]
    assert list(includes('//x\n# include "a/b.hpp"\n/*\n#include <c>\n*/')) == [(2, '"', "a/b.hpp")]


def main():
    self_test()
    sources = tree.files("src", ends=(".cpp", ".hpp"))
    findings = [f"the table goes round: {' > '.join(way)}" for way in circles(MAY_INCLUDE)]
    edges, toml = {}, set()
    for path in sources:
        if path.split("/")[1] not in MAY_INCLUDE:
            findings.append(f"{path}: its folder has no line in the table of tests/lint/layers.py")
            continue
        for line, quote, target in includes(tree.read(path)):
            reason = objection(path, quote, target)
            if reason:
                findings.append(f"{path}:{line}: {reason}")
            if quote == '"':
                edges.setdefault(path, set()).add("src/" + target)
            if target.startswith("toml"):
                toml.add(path)
    findings += [f"headers include each other: {' > '.join(way)}" for way in circles(edges)]
    if len(toml) > 1:
        findings.append(f"toml++ is included by more than one file: {', '.join(sorted(toml))}")
    tree.verdict(findings, len(sources))


main()
