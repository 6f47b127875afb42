# SPDX-License-Identifier: MIT
"""The real program from outside: processes, sockets, signals, a real Prometheus."""
