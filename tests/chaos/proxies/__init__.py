# SPDX-License-Identifier: MIT
"""Real proxies between a scraper and the server."""
