# SPDX-License-Identifier: MIT
"""What real stores have in the end: see run.py."""
