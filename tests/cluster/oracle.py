# SPDX-License-Identifier: MIT
"""What an ordered log promises, held against what tools have seen of it."""


def check(tools, comes_again=False):
    """Every tail shows one order from its beginning on, in which each record that was answered stands at the sequence
    of its answer, and no record twice; `comes_again`: a node that led has a copy of its own of what it was sent while
    it could not be reached, and stores that, too, if it leads when the copy arrives. Returns the records of the longest
    tail."""
    longest = max(tools, key=lambda tool: len(tool.entries)).entries
    by_sequence = {entry.sequence: entry for entry in longest}
    for tool in tools:
        assert not tool.damage, f"{tool.name}: {tool.damage}"
        _check_tail(tool, by_sequence)
    at = {}
    for entry in longest:
        if entry.subject != "k":
            before = at.setdefault(entry.id, entry)
            places = f"at {before.sequence} and {entry.sequence}"
            assert comes_again or before is entry, f"{entry.id} is stored twice, {places}"
            assert before.text == entry.text, f"{entry.id} stands {places}, with other bytes"
    for tool in tools:
        for key, sequence in tool.stored.items():
            stored = by_sequence.get(sequence)
            assert stored, f"{key} was answered with {sequence} and no tail has it"
            assert stored.subject == "k" or stored.id == key, f"{key} was answered with {sequence}: there is {stored}"
        lied = [key for key in tool.refused if key in at]
        assert not lied, f"refused and stored: {lied[:5]}"
    return longest


def _check_tail(tool, by_sequence):
    shown = [entry.sequence for entry in tool.entries]
    assert all(one < other for one, other in zip(shown, shown[1:])), f"{tool.name} was shown an order that is none"
    for entry in tool.entries:
        assert entry == by_sequence.get(entry.sequence), f"{tool.name} has {entry}, others do not"
    wanted = [sequence for sequence in sorted(by_sequence) if shown and shown[0] <= sequence <= shown[-1]]
    missed = sorted(set(wanted) - set(shown))
    # A checkpoint that was trimmed before this one has come to it is nobody's loss.
    assert all(by_sequence[sequence].subject == "k" for sequence in missed), f"{tool.name} has missed {missed[:5]}"
