# SPDX-License-Identifier: MIT
"""What a cluster costs, by subject: posts, scrapes, starts and ends."""
