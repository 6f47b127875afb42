# SPDX-License-Identifier: MIT
"""What the server costs, beside the least that is possible."""
