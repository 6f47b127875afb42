# SPDX-License-Identifier: MIT
"""What a disk may hold after the machine has lost its power: of each page what the last flush that succeeded
wrote, or anything that was in it since, perhaps only in some of its sectors."""

from harness.storage_file import PAGE, RING_OFFSET, another_boot, read

SECTOR = 512


class Frozen:
    """The file of a server that stands still: flushed (durable), as an unfinished flush began (begun), and
    now."""

    def __init__(self, now, begun, durable):
        self._durable = read(durable)
        self._now = read(now)
        newer = [read(begun), self._now]
        assert {len(data) for data in newer} == {len(self._durable)}
        self.unsure = {}  # offset -> the other things that may be there
        for at in range(0, len(self._durable), PAGE):
            durable = bytes(self._durable[at:at + PAGE])
            versions = dict.fromkeys(bytes(data[at:at + PAGE]) for data in newer)  # in their order
            versions.pop(durable, None)
            if versions:
                self.unsure[at] = list(versions)

    def is_whole_in(self, image, name, longest):
        """Whether this image has all of the event with this id, of which the text is no longer than that. A
        record may begin at the ring's end and go on at its begin."""
        at = self._now.find(b'id="%s"' % name.encode(), RING_OFFSET) - RING_OFFSET
        capacity = len(self._now) - RING_OFFSET

        def around(data):
            return bytes(data[RING_OFFSET + i % capacity] for i in range(at - longest, at + longest))
        return at >= 0 and around(image) == around(self._now)

    def image(self, dice, number):
        """The first is all old and the second all new; the others are dice, some with nearly all of one kind,
        and half of them with pages that were written only in part."""
        data = bytearray(self._durable)
        share = number if number < 2 else dice.choice((0.1, 0.5, 0.5, 0.9))
        unit = SECTOR if number % 2 and number > 1 else PAGE
        for page, versions in self.unsure.items():
            for at in range(0, PAGE, unit):
                if dice.random() < share:
                    version = versions[-1] if number == 1 else dice.choice(versions)
                    data[page + at:page + at + unit] = version[at:at + unit]
        another_boot(data)
        return data
