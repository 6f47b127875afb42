# SPDX-License-Identifier: MIT
"""What all suites in Python share: the server as a process, clients, a parser, posters, scrapers, a ledger, a runner.

Found because PYTHONPATH names the folder tests/ (tests/meson.build)."""
