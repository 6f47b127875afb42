# SPDX-License-Identifier: MIT
"""Recipes of packages, and the script that users begin with."""
