# SPDX-License-Identifier: MIT
"""One picture of a table of http_bench.py: the cost of each server in multiples of the floor's."""

from xml.sax.saxutils import escape

WIDTH, BAR, GAP, LEFT, TOP = 860, 14, 10, 210, 44
COLOURS = ["#8a8f98", "#1f6feb", "#3fb6a8", "#8957e5", "#d29922", "#c9510c", "#57606a"]


def bars(medians):
    """`medians`: {(connections, in flight): {name: {"cpu_us": ...}}}; "floor" is one of the names."""
    rows, y, largest = [], TOP, max(row["cpu_us"] / by_name["floor"]["cpu_us"]
                                    for by_name in medians.values() for row in by_name.values())
    scale = (WIDTH - LEFT - 170) / largest
    for (connections, in_flight), by_name in medians.items():
        rows.append(f'<text x="{LEFT - 8}" y="{y + BAR}" text-anchor="end" font-weight="600">'
                    f"{connections} connections, {in_flight} in flight</text>")
        for number, (name, row) in enumerate(by_name.items()):
            ratio = row["cpu_us"] / by_name["floor"]["cpu_us"]
            rows.append(f'<rect x="{LEFT}" y="{y}" width="{ratio * scale:.1f}" height="{BAR}" '
                        f'fill="{COLOURS[number % len(COLOURS)]}"/>')
            rows.append(f'<text x="{LEFT + ratio * scale + 6:.1f}" y="{y + BAR - 3}">{ratio:.2f} '
                        f'<tspan fill="#57606a">{escape(name)}</tspan></text>')
            y += BAR + 3
        y += GAP
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" '
            f'font-size="11">'
            f'<rect width="{WIDTH}" height="{y}" fill="#fff"/>'
            f'<text x="{LEFT}" y="22" font-size="14" font-weight="600">CPU time of one POST /event, floor = 1</text>')
    return head + "\n" + "\n".join(rows) + "\n</svg>\n"
