# SPDX-License-Identifier: MIT
"""Each line that simulation.mutations breaks is in its file, once: a mutation of a line that was rewritten since would
be found only by who runs them all, which takes an hour."""

import sys

from simulation.mutations import MUTATIONS


def main():
    faults = [f"tests/simulation/mutations.py: {one.file} has not once, for \"{one.rule}\": {one.old}"
              for one in MUTATIONS if not one.is_there()]
    for fault in faults:
        print(fault)
    print(f"{len(MUTATIONS)} checked, {len(faults)} findings")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
