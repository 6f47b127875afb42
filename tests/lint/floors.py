# SPDX-License-Identifier: MIT
"""Reads src/floors.txt, the one table of floors: what lies where, and what may include what."""

import dataclasses

import tree

TABLE = "src/floors.txt"


@dataclasses.dataclass(frozen=True)
class Floor:
    level: float
    folder: str
    folders: frozenset    # of src/, that its files may include
    headers: frozenset    # single ones of other folders, likewise
    libraries: frozenset  # that its files may include


def parse(text):
    """Every line of the table, from the ground up."""
    floors = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            place, folders, libraries = line.split(":")
            level, folder = place.split()
            headers = {name for name in folders.split() if name.endswith(".hpp")}
            floors.append(Floor(float(level.replace("½", ".5")), folder, frozenset(folders.split()) - headers,
                                frozenset(headers), frozenset(libraries.split())))
    return floors


def read():
    return {floor.folder: floor for floor in parse(tree.read(TABLE))}


def faults(floors):
    """What is wrong with a table: an arrow to a folder that is unknown, or not on a floor further down."""
    levels = {floor.folder: floor.level for floor in floors}
    for floor in floors:
        for other in sorted(floor.folders | {header.split("/")[0] for header in floor.headers}):
            if other not in levels:
                yield f"{TABLE}: {floor.folder} may include {other}, which has no line"
            elif levels[other] >= floor.level:
                yield f"{TABLE}: {floor.folder} on floor {floor.level:g} may include {other} on floor {levels[other]:g}"


def markdown(floors):
    """The table as documents show it, without its last column (what lives there), from the top floor down."""
    for floor in sorted(floors, key=lambda f: -f.level):
        level = f"{floor.level:g}".replace(".5", "½")
        order = [other.folder for other in floors if other.folder in floor.folders]
        order += [f"`{header}`" for other in floors for header in sorted(floor.headers)
                  if header.startswith(other.folder + "/")]
        yield f"| {level} | `{floor.folder}` | {' '.join(order) or 'nothing'} |"


def self_test():
    floors = parse("# a comment\n1 base : : threads\n2½ b : base : x y\n")
    assert floors[1] == Floor(2.5, "b", frozenset({"base"}), frozenset(), frozenset({"x", "y"}))
    assert not list(faults(floors))
    assert len(list(faults(parse("1 a : b :\n1 b : c :\n")))) == 2
    above = parse("1 a : :\n2 b : a :\n3 c : b a/options.hpp :\n")[2]
    assert above == Floor(3, "c", frozenset({"b"}), frozenset({"a/options.hpp"}), frozenset())
    assert len(list(faults(parse("1 a : b/options.hpp :\n2 b : :\n")))) == 1
    assert list(markdown(parse("1 a : :\n2 b : a/options.hpp :\n")))[0] == "| 2 | `b` | `a/options.hpp` |"
    assert list(markdown(floors)) == ["| 2½ | `b` | base |", "| 1 | `base` | nothing |"]


self_test()
