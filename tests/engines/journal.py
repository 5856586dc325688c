"""What a shard's journal holds, read without the program whose it is.

    python3 tests/engines/journal.py JOURNAL             # prints how many whole parts it has
    python3 tests/engines/journal.py JOURNAL EARLIER     # exit 1 unless it goes on from an earlier copy, no part twice
"""

import struct
import sys
from pathlib import Path

HEADER = b"elenchus journal 1\n"
MARK = b"\xe1prt"
# A frame: mark, length of the body, checksum, body; the body begins with the part's key and trials.
HEAD, NAME = 4 + 4 + 16, 16 + 8 + 8


def parts(path):
    """Names of the whole parts, and where the last one ends."""
    data = Path(path).read_bytes()
    at, names = len(HEADER), []
    if not data.startswith(HEADER):
        return names, 0
    while data[at : at + 4] == MARK and len(data) >= at + HEAD:
        end = at + HEAD + struct.unpack_from("<I", data, at + 4)[0]
        if end > len(data):
            break
        names.append(data[at + HEAD : at + HEAD + NAME])
        at = end
    return names, at


def main(journal, earlier=None):
    names, end = parts(journal)
    if earlier is None:
        print(len(names))
        return
    had, kept = parts(earlier)
    if end != Path(journal).stat().st_size:
        sys.exit(f"{journal}: not whole parts from byte {end} on")
    if Path(journal).read_bytes()[:kept] != Path(earlier).read_bytes()[:kept]:
        sys.exit(f"{journal}: lost parts that it had")
    if len(set(names)) != len(names):
        sys.exit(f"{journal}: has a part twice")
    if len(names) == len(had):
        sys.exit(f"{journal}: was done when caught; set TRIALS higher")
    print(f"{len(had)} of {len(names)}")


main(*sys.argv[1:])
