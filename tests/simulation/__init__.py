# SPDX-License-Identifier: MIT
"""The cluster in simulation: what breaks the rules, to see that it is caught."""
