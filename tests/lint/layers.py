# SPDX-License-Identifier: MIT
"""One folder of src/ is one floor: it may include only what src/floors.txt says, and nothing runs upward or in circles,
neither between folders nor inside of one. A header and its source count as one unit there."""

import os
import re

import floors
import tree

# Which headers belong to a library, and how many files may include it: Asio is at home in net, the others in one file.
LIBRARIES = {
    "asio": r"asio/",
    "asio/awaitable.hpp": r"asio/awaitable\.hpp$",
    "libcrypt": r"crypt\.h$",
    "libcurl": r"curl/",
    "libcrypto": r"openssl/(evp|hmac|sha|crypto)\.h$",
    "libnats": r"nats/",
    "libssl": r"openssl/(bio|err|pem|ssl|x509v3)\.h$",
    "libyaml": r"yaml\.h$",
    "llhttp": r"llhttp",
    "simdjson": r"simdjson\.h$",
    "tomlplusplus": r"toml(\+\+|\.hpp)",
    "xxhash": r"xxhash\.h$",
    "zlib": r"zlib\.h$",
}
SHOWN_IN = "docs/architecture.md"
BY_MANY_FILES = {"asio", "asio/awaitable.hpp"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(text):
    """(line, quote, path) of each include directive outside comments."""
    for match in INCLUDE.finditer(re.sub(r"/\*.*?\*/", lambda c: "\n" * c.group().count("\n"), text, flags=re.DOTALL)):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def own_objection(floor, target, table):
    """Why a file on `floor` may not include our own header `target`, or None."""
    first = target.split("/")[0]
    if first not in table:
        return f'"{target}" is not relative to src/'
    if first != floor.folder and first not in floor.folders and target not in floor.headers:
        allowed = ", ".join(sorted(floor.folders | floor.headers)) or "nothing"
        return f"{floor.folder}/ may include {allowed}, not {target}"
    path = os.path.join(tree.ROOT, "src", target)
    if not os.path.exists(path) and not os.path.exists(path + ".in"):  # Meson makes the one of the other
        return f'"{target}" does not exist'
    return None


def library_objection(floor, target, table):
    """Why a file on `floor` may not include the header `target` of a library, or None."""
    if target.split("/")[0] in table:
        return f'own headers are included with quotes: "{target}"'
    if target == "asio.hpp":
        return "<asio.hpp> is everything of Asio; include the header that is needed"
    of = {library for library, pattern in LIBRARIES.items() if re.match(pattern, target)}
    if of and not of & floor.libraries:
        return f"{floor.folder}/ may include {', '.join(sorted(floor.libraries)) or 'no library'}, not <{target}>"
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


def merged(edges, name):
    """The graph whose nodes are the names of the nodes of `edges`, without arrows from a node to itself."""
    graph = {}
    for node, following in edges.items():
        graph.setdefault(name(node), set()).update(name(other) for other in following if name(other) != name(node))
    return graph


def unit(path):
    return os.path.splitext(path)[0]


# What all rooms of a folder share holds one of each of their own things: the classes stand in the rooms where a reader
# looks for them, and know nothing of what holds them.
HOLDERS = {"src/app/context", "src/app/services"}


def with_rooms(edges):
    """The graph in which a folder that has rooms is no node, but each of its own files is: below a room, or above."""
    paths = edges.keys() | {to for following in edges.values() for to in following}
    folders = {os.path.dirname(path) for path in paths}
    have_rooms = {folder for folder in folders if any(other.startswith(folder + "/") for other in folders)}

    def node(path):
        folder = os.path.dirname(path)
        return unit(path) if folder in have_rooms else folder
    held = {path: set() if unit(path) in HOLDERS else following for path, following in edges.items()}
    return merged(held, node)


def self_test():
    table = {floor.folder: floor for floor in floors.parse(
        "1 base : : threads\n3 event : base :\n3 http : base : llhttp asio/awaitable.hpp\n6 net : base http : asio\n"
        "7 settings : base net/options.hpp :\n")}
    for folder, target in [("base", "event/event.hpp"), ("event", "http/reply.hpp"), ("net", "router.hpp"),
                           ("net", "event/event.hpp"), ("http", "http/no_such_file.hpp"),
                           ("settings", "net/server.hpp")]:
        assert own_objection(table[folder], target, table), (folder, target)
    for folder, target in [("http", "asio/post.hpp"), ("event", "asio/awaitable.hpp"), ("net", "llhttp.h"),
                           ("net", "asio.hpp"), ("http", "toml++/toml.h"), ("net", "http/reply.hpp")]:
        assert library_objection(table[folder], target, table), (folder, target)
    for folder, target in [("net", "asio/post.hpp"), ("http", "llhttp.h"), ("http", "asio/awaitable.hpp"),
                           ("base", "vector")]:
        assert library_objection(table[folder], target, table) is None, (folder, target)
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c", "b"]]
    assert circles(merged({"a.hpp": set(), "a.cpp": {"a.hpp", "b.hpp"}, "b.hpp": {"a.hpp"}}, unit)) == [["a", "b", "a"]]
    assert circles(with_rooms({"a/r/x.hpp": {"a/low.hpp"}, "a/top.cpp": {"a/r/x.hpp"}})) == []
    assert circles(with_rooms({"a/r/x.hpp": {"a/mid.hpp"}, "a/mid.hpp": {"a/r/y.hpp"}})) == [["a/mid", "a/r", "a/mid"]]
    assert list(includes('//x\n# include "a/b.hpp"\n/*\n#include <c>\n*/')) == [(2, '"', "a/b.hpp")]


def main():
    self_test()
    table = floors.read()
    sources = tree.files("src", ends=(".cpp", ".hpp"))
    findings = list(floors.faults(table.values()))
    shown = tree.read(SHOWN_IN).splitlines()
    for row in floors.markdown(table.values()):
        if not any(line.startswith(row) for line in shown):
            findings.append(f"{SHOWN_IN}: no row begins with `{row}`, as {floors.TABLE} has it")
    edges, users = {}, {}
    for path in sources:
        floor = table.get(path.split("/")[1])
        if floor is None:
            findings.append(f"{path}: its folder has no line in {floors.TABLE}")
            continue
        for line, quote, target in includes(tree.read(path)):
            reason = (own_objection if quote == '"' else library_objection)(floor, target, table)
            if reason:
                findings.append(f"{path}:{line}: {reason}")
            if quote == '"':
                edges.setdefault(path, set()).add("src/" + target)
            for library, pattern in LIBRARIES.items():
                if quote == "<" and re.match(pattern, target):
                    users.setdefault(library, set()).add(path)
    findings += [f"files include each other: {' > '.join(way)}" for way in circles(merged(edges, unit))]
    findings += [f"folders include each other: {' > '.join(way)}" for way in circles(with_rooms(edges))]
    for library in sorted(users.keys() - BY_MANY_FILES):
        if len(users[library]) > 1:
            findings.append(f"{library} is included by more than one file: {', '.join(sorted(users[library]))}")
    tree.verdict(findings, len(sources))


main()
