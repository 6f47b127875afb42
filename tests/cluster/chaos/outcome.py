# SPDX-License-Identifier: MIT
"""What came of a row."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Numbers of events; of lost, twice and named over all scrapers."""
    events: int = 0   # accepted
    unknown: int = 0  # nobody ever knew
    faults: int = 0
    longest: float = 0.0  # seconds in which no event was stored
    lost: int = 0
    twice: int = 0
    named: int = 0
    complaints: list = field(default_factory=list)
