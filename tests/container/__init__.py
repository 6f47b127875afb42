# SPDX-License-Identifier: MIT
"""The container image, built and run as its users run it."""
