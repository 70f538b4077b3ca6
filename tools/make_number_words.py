"""Make the numbers in English and French words that come with d2lutils.

Needs num2words, which the `test` extra brings:

    python tools/make_number_words.py [TARGET]
"""

import gzip
import hashlib
import random
import sys
from pathlib import Path

from num2words import num2words

TARGET = Path(__file__).parents[1] / "d2lutils" / "data" / "files" / "number-words.tsv.gz"


def numbers():
    """Return the numbers: 0 to 9,999, then 1,000 of five digits, drawn once."""
    return [*range(10_000), *sorted(random.Random(0).sample(range(10_000, 100_000), 1_000))]


def main(target=TARGET):
    """Write one number a line, with its words, to `target`: the same bytes each time."""
    rows = (f"{n}\t{num2words(n, lang='en')}\t{num2words(n, lang='fr')}\n" for n in numbers())
    content = "".join(rows).encode()
    Path(target).write_bytes(gzip.compress(content, 9, mtime=0))
    print(f"{target}: {len(content)} bytes, uncompressed sha256")
    print(hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
