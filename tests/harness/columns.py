# SPDX-License-Identifier: MIT
"""Lines of cells as a table for people: the first line is the head, the last one the sum."""


def print_table(lines):
    """The first and the last column stand to the left, the numbers between to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        cells = [cell.ljust(width) if column in (0, len(line) - 1) else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())
        if number in (0, len(lines) - 2):
            print("-" * (sum(widths) + 2 * len(widths) - 2))
