# SPDX-License-Identifier: MIT
"""The Helm chart, as it is rendered and as it runs."""
