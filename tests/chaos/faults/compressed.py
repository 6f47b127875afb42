# SPDX-License-Identifier: MIT
"""Scrapers that accept gzip and give up."""

from chaos.faults.ends import HalfClosed
from chaos.faults.resets import ResetByTheMiddle, ResetByTheScraper
from chaos.faults.slow import Dawdler
from chaos.row import LARGE, Row
from harness import filling


class _Compressed(Row):
    """What they take is compressed, or the row shows nothing."""

    headers = (("Accept-Encoding", "gzip"),)
    sizes = LARGE

    def complaints(self, numbers):
        found = super().complaints(numbers)
        if not any(scraper.compressed for scraper in self.team):
            found.append("no reply came compressed")
        return found


class _Thin(_Compressed):
    """Long texts that compress to nearly nothing: the bytes by which a give-up shows are padding."""

    sizes = (9000,)
    posts = {"fill": filling.thin}


class CompressedResetByTheScraper(_Compressed, ResetByTheScraper):
    pass


class CompressedResetByTheMiddle(_Compressed, ResetByTheMiddle):
    pass


class CompressedHalfClosed(_Compressed, HalfClosed):
    pass


class CompressedDawdler(_Compressed, Dawdler):
    pass


class ThinResetByTheScraper(_Thin, ResetByTheScraper):
    pass


class ThinResetByTheMiddle(_Thin, ResetByTheMiddle):
    pass


ROWS = (CompressedResetByTheScraper, CompressedResetByTheMiddle, CompressedHalfClosed, CompressedDawdler,
        ThinResetByTheScraper, ThinResetByTheMiddle)
