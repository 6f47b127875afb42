# SPDX-License-Identifier: MIT
"""Makes a source file of the page's files, so that the program needs none of them where it runs.

embed_assets.py OUTPUT FILE…
"""

import hashlib
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".yaml": "application/yaml"}

HEAD = """// SPDX-License-Identifier: MIT
// Made by embed_assets.py.
#include "app/ui/assets.hpp"

#include <array>

namespace oneshot::app {
namespace {

using namespace std::string_view_literals;

"""


def literal(data):
    """As a literal of C++, a line of the file in each line."""
    def escaped(line):
        return "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in line)
    return "\n".join(f'    "{escaped(line)}"' for line in data.splitlines(keepends=True)) + "sv"


def embedded(path):
    with open(path, "rb") as file:
        data = file.read()
    name = os.path.basename(path)
    tag = hashlib.sha256(data).hexdigest()[:16]
    return f'    Asset{{"{name}", "{TYPES[os.path.splitext(name)[1]]}", "\\"{tag}\\"",\n{literal(data)}}},\n'


def main(output, *paths):
    with open(output, "w", encoding="ascii") as file:
        file.write(HEAD + f"constexpr std::array<Asset, {len(paths)}> all{{{{\n")
        file.writelines(embedded(path) for path in paths)
        file.write("}};\n\n}  // namespace\n\nstd::span<const Asset> assets() noexcept { return all; }\n\n"
                   "}  // namespace oneshot::app\n")


main(*sys.argv[1:])
