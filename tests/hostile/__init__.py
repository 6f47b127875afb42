# SPDX-License-Identifier: MIT
"""Attackers of all kinds beside well-behaved posters and a scraper, and a table of what the well-behaved noticed."""
