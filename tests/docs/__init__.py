# SPDX-License-Identifier: MIT
"""What the documents tell people to copy does what they say: each block is run against the real server."""
