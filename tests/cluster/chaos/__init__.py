# SPDX-License-Identifier: MIT
"""A table of faults of a cluster: of its engine's nodes, and of its replicas."""
