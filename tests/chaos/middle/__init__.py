# SPDX-License-Identifier: MIT
"""The misbehaving middle: forwards the packets between two network namespaces, connection by connection."""

from .forwarder import Middle
from .tun import Namespace

__all__ = ["Middle", "Namespace"]
