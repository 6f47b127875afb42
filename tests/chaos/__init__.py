# SPDX-License-Identifier: MIT
"""Faults of all kinds between posters, scrapers and the server, and a table of what was lost and what came twice."""
