# SPDX-License-Identifier: MIT
"""Words that the glossary has no place for (docs/glossary.md), each with what to write instead: code, tests and pages
say one thing by one word. A word of this list was written here once, and its reader had to guess."""

import re

# Pattern, in any case, a whole word or a whole name of code; what to write. Written so that this file does not find
# itself.
WORDS = [
    (r"asc" r"ending_times", "explicit_timestamps"),
    (r"car" r"riers?", "transfer"),
    (r"client_has_" r"left", "peer_closed"),
    (r"crow" r"ded(?:_\w+)?", "half lent (memory), over its share (the log)"),
    (r"cut_" r"short", "too short (a file), cut (a text)"),
    (r"e" r"ras?", "epoch"),
    (r"fron" r"tiers?", "counted end"),
    (r"giv(?:e|es|ing) w" r"ay|gave w" r"ay", "yield (a connection), evict (events), displace (a scraper)"),
    (r"given_?" r"times", "sender's times"),
    (r"header_?ru" r"les", "message framing"),
    (r"keep_ho" r"use", "housekeeping"),
    (r"leave_l" r"ine|stand_in_l" r"ine|stand(?:s|ing)? in l" r"ine", "enter, wait in, leave the wait queue"),
    (r"look_for_ro" r"om", "make_room"),
    (r"make_vo" r"id|vo" r"id[_ ]records?(?!\(|:)", "padding record"),
    (r"more_?to_?w" r"alk", "YieldFirst"),
    (r"not_?y" r"et", "WaitForChange"),
    (r"only_sa" r"fe|when_sa" r"fe", "durable"),
    (r"over" r"run", "evicted"),
    (r"scraper_?pl" r"ace", "slot (in the file), place (of an unnamed scraper)"),
    (r"tell_how_it_g" r"oes|watch_the_cl" r"ock|usual_re" r"ply|may_con" r"cern",
     "what it does, by the glossary's words"),
]
FOUND = [(re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), instead) for pattern, instead in WORDS]
ANY = re.compile("|".join(pattern for pattern, _ in WORDS), re.IGNORECASE)


def gone(text):
    """Line and complaint for each of those words in a text."""
    if not ANY.search(text):
        return
    for pattern, instead in FOUND:
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, f"{match.group()!r}: write {instead} (docs/glossary.md)"


def self_test():
    lines = "an e" "ra\nNotY" "et\nnot yet\nit gives w" "ay\ncrow" "ded_patience\nvo" "id_record\n"
    assert [line for line, _ in sorted(gone(lines))] == [1, 2, 4, 5, 6]
    assert not list(gone("general, era-like, void records() { give it away }"))
