"""Whether two results are the same: every file byte for byte, the manifest but for its provenance.

    python3 tests/engines/same.py LOCAL OTHER    # exit 1 with the first difference of each file
"""

import json
import sys
from pathlib import Path


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def plain(name, data):
    """A file's bytes without what may differ."""
    if name != "manifest.json":
        return data
    manifest = json.loads(data)
    del manifest["provenance"]
    return json.dumps(manifest, indent=2).encode()


def difference(name, one, other):
    """None, or where two files first differ."""
    if one is None or other is None:
        return f"{name}: only in {'the second' if one is None else 'the first'}"
    one, other = plain(name, one), plain(name, other)
    if one == other:
        return None
    left, right = one.split(b"\n"), other.split(b"\n")
    for line, (a, b) in enumerate(zip(left, right), 1):
        if a != b:
            return f"{name}, line {line}:\n  {a[:300]!r}\n  {b[:300]!r}"
    return f"{name}: {len(left)} lines and {len(right)}"


def main(local, other):
    one, two = files(local), files(other)
    # An empty folder equals an empty folder; that would say nothing.
    if not {"manifest.json", "cells.csv"} <= one.keys():
        sys.exit(f"{local}: no result")
    differences = [difference(name, one.get(name), two.get(name)) for name in sorted(one | two)]
    differences = [told for told in differences if told]
    if differences:
        sys.exit(f"{other} differs from {local}\n" + "\n".join(differences))
    size = sum(len(data) for name, data in one.items() if name != "manifest.json")
    print(f"{len(one) - 1} tables, {size} bytes, and the manifest are those of the local run")


main(*sys.argv[1:])
