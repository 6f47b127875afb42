# SPDX-License-Identifier: MIT
"""The Debian package on a machine with systemd, from its installation to its purge."""
