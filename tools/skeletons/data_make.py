"""Make the data set a-thing, which comes with d2lutils: TODO, out of what.

    python tools/make_a_thing.py [TARGET]
"""

import hashlib
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "d2lutils" / "data" / "files" / "a-thing.csv"


def main(target=TARGET):
    """Write heights and times of a fall to `target`: the same bytes each time."""
    rows = [f"{height},{(2 * height / 9.81) ** 0.5:.2f}\n" for height in range(1, 21)]
    content = "".join(["height,seconds\n", *rows]).encode()
    Path(target).write_bytes(content)
    print(f"{target}: {len(content)} bytes, sha256")
    print(hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
