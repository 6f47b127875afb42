# SPDX-License-Identifier: MIT
"""The server is killed, the machine loses its power, files are damaged: what becomes of events then."""
