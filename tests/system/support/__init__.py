# SPDX-License-Identifier: MIT
"""Shared by the system tests: the server as a process, a raw HTTP client, a parser, an oracle, a runner."""
