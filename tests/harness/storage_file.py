# SPDX-License-Identifier: MIT
"""Where things are in a storage file of version 2 (src/storage/format.hpp), for tests that spoil
one."""

import os
import struct

PAGE = 4096
VERSION_OFFSET = 8
CAPACITY_OFFSET = 16
CHECKSUM_OFFSET = 48
BOUND_OFFSET = 128
BOOT_ID_OFFSET = 152  # two words
IN_FLIGHT_OFFSET = 4096
SLOTS_OFFSET = 65536
SLOT_SIZE = 256
KEY_TABLE_OFFSET = SLOTS_OFFSET + 16384 * SLOT_SIZE
RING_OFFSET = KEY_TABLE_OFFSET + (2 << 20)
MIB = 1 << 20


def size(capacity_mib):
    return RING_OFFSET + capacity_mib * MIB


def read(path):
    with open(path, "rb") as file:
        return bytearray(file.read())


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, 0o600)


def another_boot(data):
    """As if the machine had started anew since: the file was last used in a boot that is over."""
    high, low = struct.unpack_from("<QQ", data, BOOT_ID_OFFSET)
    assert high | low, "the file does not say in which boot it was used"
    struct.pack_into("<QQ", data, BOOT_ID_OFFSET, high ^ 0x5555, low ^ 0xAAAA)
