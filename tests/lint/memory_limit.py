# SPDX-License-Identifier: MIT
"""The memory that unit and chart let the service have is the sum that src/net/connection_share.hpp describes, of the
defaults in the code."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def number(path, pattern):
    found = re.search(pattern, (ROOT / path).read_text(encoding="utf-8"))
    if found is None:
        sys.exit(f"{path}: no {pattern}")
    return int(found.group(1))


def main():
    buffers, share = "src/net/stream/kernel_buffers.hpp", "src/net/connection_share.hpp"
    kernel = (number(buffers, r"usual_send_buffer = (\d+) \* 1024") + number(buffers, r"receive_buffer = (\d+) \* 1024")
              + number(share, r"receive_buffer \+ (\d+) \* 1024"))
    kib = number(share, r"own_share = (\d+) \* 1024") + kernel
    base = number(share, r"base_memory = std::size_t\{(\d+)\} << 20")
    connections = number("src/net/options.hpp", r"max_connections = (\d+)")
    budget = number("src/net/options.hpp", r"max_memory_mib = (\d+)")
    capacity = number("config/oneshot-metrics-server.toml", r"(?m)^capacity_mib = (\d+)")
    sum_mib = capacity + budget + -(-connections * kib // 1024) + base
    faults = []

    def same(path, pattern, wanted):
        found = number(path, pattern)
        if found != wanted:
            faults.append(f"{path}: {pattern} says {found}, the code {wanted}")

    unit = "packaging/systemd/oneshot-metrics-server.service"
    same(unit, r"(?m)^MemoryMax=(\d+)M$", sum_mib)
    same(unit, r"(\d+) KiB for each of \d+ connections", kib)
    same(unit, r"KiB for each of (\d+) connections", connections)
    same(unit, r"max_memory_mib \((\d+)\)", budget)
    same(unit, r"capacity_mib \((\d+)\)", capacity)
    chart = "packaging/helm/oneshot-metrics-server/templates/_config.tpl"
    same(chart, r"max_connections \| default (\d+)", connections)
    same(chart, r"max_memory_mib \| default (\d+)", budget)
    same(chart, r"mulf \$connections (\d+)", kib)
    same(chart, r"\$connectionMemory (\d+) -", base)
    print("\n".join(faults) or "ok")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
