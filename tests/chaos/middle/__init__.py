# SPDX-License-Identifier: MIT
"""The misbehaving middle: forwards the packets between two network namespaces, connection by connection."""

from .decrypted import Decrypted, Keys
from .forwarder import Middle
from .tun import Namespace

__all__ = ["Decrypted", "Keys", "Middle", "Namespace"]
