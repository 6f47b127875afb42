# SPDX-License-Identifier: MIT
"""What came of rows, for people: lines of cells as a table, of which the first is the head and the last one the sum;
all about what failed; and how many did."""


def print_table(lines):
    """The first and the last column stand to the left, the numbers between to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        cells = [cell.ljust(width) if column in (0, len(line) - 1) else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())
        if number in (0, len(lines) - 2):
            print("-" * (sum(widths) + 2 * len(widths) - 2))


def print_failed(failed):
    """What was wrong with each, how to play it again, and the end of what it said."""
    for row in failed:
        print(f"\nFAILED: {row.name()} (again: --seed {row.seed} --only {row.name()})")
        for complaint in row.outcome.complaints:
            print("  " + complaint)
        print("\n".join("  | " + line for line in row.output.splitlines()[-60:]))
    print()


def print_sum(ran, failed, skipped):
    """The last lines; returns the exit status. A run that has played nothing has shown nothing."""
    for name, why in sorted({(row.name(), row.skipped) for row in skipped}):
        print(f"skipped: {name}: {why}")
    print(f"{len(ran) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not ran else 0
