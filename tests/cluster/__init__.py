# SPDX-License-Identifier: MIT
"""The ordered log of a cluster on real nodes of its engine, driven by a tool of one replica each."""
